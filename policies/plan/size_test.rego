package plan

import data.lib.sample

size_rules := {
	"classes": {
		"aws_instance": {"attribute": "instance_type", "allowed": ["t3.*", "*.large"]},
		"aws_db_instance": {"attribute": "instance_class", "allowed": ["db.t4g.*"]},
	},
	"numbers": {"aws_ebs_volume": {"attribute": "size", "most": 100, "unit": "GB of storage"}},
}

test_a_class_has_to_match if {
	found := deny_size with input as sample.made("aws_instance", {"instance_type": "m5.24xlarge"})
		with data.sizes as size_rules
	found == {{
		"msg": "aws_instance.x is of the size m5.24xlarge, which is not allowed.",
		"fix": "Set `instance_type` to what matches one of *.large, t3.*.",
		"resource": "aws_instance.x",
	}}
	count(deny_size) == 0 with input as sample.made("aws_instance", {"instance_type": "m5.large"})
		with data.sizes as size_rules
	count(deny_size) == 0 with input as sample.made("aws_other", {"instance_type": "m5.24xlarge"})
		with data.sizes as size_rules
	preview := sample.previewed("aws:rds/instance:Instance", {"instanceClass": "db.r6g.8xlarge"})
	count(deny_size) == 1 with input as preview with data.sizes as size_rules
}

test_a_number_has_a_most if {
	said := sample.messages(deny_size) with input as sample.made("aws_ebs_volume", {"size": 101})
		with data.sizes as size_rules
	said == {"aws_ebs_volume.x has 101 GB of storage; 100 are the most."}
	count(deny_size) == 0 with input as sample.made("aws_ebs_volume", {"size": 100}) with data.sizes as size_rules
	count(deny_size) == 0 with input as sample.made("aws_ebs_volume", {"size": null}) with data.sizes as size_rules
}

test_what_is_not_known_yet_is_said if {
	later := sample.made_with("aws_instance", {}, {"instance_type": true})
	count(deny_size) == 0 with input as later with data.sizes as size_rules
	count(warn_size) == 1 with input as later with data.sizes as size_rules
	known := sample.made("aws_instance", {"instance_type": "m5.large"})
	count(warn_size) == 0 with input as known with data.sizes as size_rules
	templated := sample.made_with("aws_instance", {"launch_template": [{"id": "lt-1"}]}, {"instance_type": true})
	count(warn_size) == 0 with input as templated with data.sizes as size_rules
}
