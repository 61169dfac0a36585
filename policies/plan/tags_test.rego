package plan

import data.lib.sample

tag_rules := {
	"required": ["mayfly:environment", "mayfly:owner"],
	"patterns": {"mayfly:cost-center": "^CC-[0-9]+$"},
	"pulumi_types": ["aws_s3_bucket"],
}

tag_made(found) := sample.made_with("aws_sqs_queue", {"tags_all": found}, {"tags_all": {}})

tag_both := {"mayfly:environment": "calm-otter", "mayfly:owner": "UALICE"}

test_tags_may_be_missing if {
	said := sample.messages(deny_tags) with input as tag_made({"mayfly:owner": ""}) with data.tags as tag_rules
	said == {"aws_sqs_queue.x lacks the tags mayfly:environment, mayfly:owner."}
	none := sample.messages(deny_tags) with input as tag_made(null) with data.tags as tag_rules
	none == said
	count(deny_tags) == 0 with input as tag_made(tag_both) with data.tags as tag_rules
}

test_what_cannot_have_tags_needs_none if {
	count(deny_tags) == 0 with input as sample.made("aws_s3_bucket_acl", {}) with data.tags as tag_rules
	other := sample.made("scaleway_thing", {"tags_all": {}})
	count(deny_tags) == 0 with input as other with data.tags as tag_rules
}

test_a_tag_may_be_known_later if {
	values := {"tags_all": {"mayfly:owner": "UALICE"}}
	one_later := sample.made_with("aws_sqs_queue", values, {"tags_all": {"mayfly:environment": true}})
	count(deny_tags) == 0 with input as one_later with data.tags as tag_rules
	all_later := sample.made_with("aws_sqs_queue", {"tags_all": null}, {"tags_all": true})
	count(deny_tags) == 0 with input as all_later with data.tags as tag_rules
	count(warn_tags) == 1 with input as all_later with data.tags as tag_rules
	count(warn_tags) == 0 with input as tag_made(tag_both) with data.tags as tag_rules
	count(warn_tags) == 0 with input as all_later with data.tags as {"required": []}
}

test_a_value_has_to_match if {
	wrong := object.union(tag_both, {"mayfly:cost-center": "shop"})
	said := sample.messages(deny_tags) with input as tag_made(wrong) with data.tags as tag_rules
	said == {"The tag mayfly:cost-center of aws_sqs_queue.x is “shop”."}
	right := object.union(tag_both, {"mayfly:cost-center": "CC-1"})
	count(deny_tags) == 0 with input as tag_made(right) with data.tags as tag_rules
}

test_pulumi_has_them_by_its_provider if {
	preview := sample.previewed("aws:s3/bucketV2:BucketV2", {"tags": {"mayfly:owner": "UALICE"}})
	count(deny_tags) == 1 with input as preview with data.tags as tag_rules
	provider := {
		"op": "create",
		"urn": "urn:pulumi:calm::shop::pulumi:providers:aws::default_x",
		"newState": {
			"type": "pulumi:providers:aws",
			"inputs": {"defaultTags": {"tags": {"mayfly:environment": "calm-otter"}}},
		},
	}
	tagged_preview := {"steps": array.concat(preview.steps, [provider])}
	count(deny_tags) == 0 with input as tagged_preview with data.tags as tag_rules
	by_config := object.union(preview, {"config": {"aws:defaultTags": `{"tags": {"mayfly:environment": "calm-otter"}}`}})
	count(deny_tags) == 0 with input as by_config with data.tags as tag_rules
	elsewhere := {"steps": array.concat(preview.steps, [object.union(provider, {"urn": "urn:other"})])}
	count(deny_tags) == 1 with input as elsewhere with data.tags as tag_rules
	google := {"steps": array.concat(preview.steps, [object.union(provider, {"newState": {"type": "pulumi:providers:gcp"}})])}
	count(deny_tags) == 1 with input as google with data.tags as tag_rules
	own_provider := "urn:pulumi:calm::shop::pulumi:providers:aws::mine::1"
	own := {"steps": [object.union(preview.steps[0], {"newState": {"provider": own_provider}})]}
	configured := object.union(own, {"config": {"aws:defaultTags": `{"tags": {"mayfly:environment": "calm-otter"}}`}})
	count(deny_tags) == 1 with input as configured with data.tags as tag_rules
	other := sample.previewed("aws:sqs/queue:Queue", {})
	count(deny_tags) == 0 with input as other with data.tags as tag_rules
}
