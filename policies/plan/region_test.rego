package plan

import data.lib.sample

region_rules := {"allowed": ["us-east-1"]}

region_configured(expression) := {"configuration": {"provider_config": {"aws": {
	"name": "aws",
	"expressions": {"region": expression},
}}}}

test_the_provider_tells_its_region if {
	constant := region_configured({"constant_value": "me-south-1"})
	found := deny_region with input as constant with data.regions as region_rules
	found == {{
		"msg": "The region me-south-1 is not one that we use; in it is the provider.",
		"fix": "Take one of us-east-1.",
	}}
	by_variable := object.union(region_configured({"references": ["var.where"]}), {"variables": {"where": {"value": "eu-west-1"}}})
	count(deny_region) == 1 with input as by_variable with data.regions as region_rules
	count(deny_region) == 0 with input as region_configured({"constant_value": "us-east-1"}) with data.regions as region_rules
	count(deny_region) == 0 with input as constant with data.regions as {"allowed": []}
}

test_a_variable_of_a_module_is_another_one if {
	provider := {"configuration": {"provider_config": {"module.m:aws": {
		"name": "aws",
		"module_address": "module.m",
		"expressions": {"region": {"references": ["var.where"]}},
	}}}}
	plan_input := object.union(provider, {"variables": {"where": {"value": "eu-west-1"}}})
	count(deny_region) == 0 with input as plan_input with data.regions as region_rules
}

test_a_data_source_tells_it if {
	read := {"mode": "data", "type": "aws_region", "values": {"name": "me-south-1"}}
	plan_input := {"prior_state": {"values": {"root_module": {"resources": [read]}}}}
	count(deny_region) == 1 with input as plan_input with data.regions as region_rules
}

test_a_zone_or_a_resource_tells_it if {
	zoned := sample.made("aws_ebs_volume", {"availability_zone": "us-gov-west-1b"})
	said := sample.messages(deny_region) with input as zoned with data.regions as region_rules
	said == {"The region us-gov-west-1 is not one that we use; in it is aws_ebs_volume.x."}
	placed := sample.made("aws_s3_bucket", {"region": "eu-west-1", "availability_zone": null})
	count(deny_region) == 1 with input as placed with data.regions as region_rules
	local_zone := sample.made("aws_subnet", {"availability_zone": "us-west-2-lax-1a"})
	count(deny_region) == 1 with input as local_zone with data.regions as region_rules
}

test_pulumi_tells_it if {
	config := {"config": {"aws:region": "me-south-1"}, "steps": []}
	count(deny_region) == 1 with input as config with data.regions as region_rules
	provider := {"steps": [sample.step("create", "pulumi:providers:aws", "default", {"region": "eu-west-1"})]}
	count(deny_region) == 1 with input as provider with data.regions as region_rules
}

test_what_nobody_tells_is_said if {
	silent := sample.made("aws_s3_bucket", {})
	count(warn_region) == 1 with input as silent with data.regions as region_rules
	count(warn_region) == 0 with input as silent with data.regions as {"allowed": []}
	count(warn_region) == 0 with input as sample.made("terraform_data", {}) with data.regions as region_rules
	told := object.union(silent, region_configured({"constant_value": "us-east-1"}))
	count(warn_region) == 0 with input as told with data.regions as region_rules
}

region_google(expression) := {"configuration": {"provider_config": {"google": {
	"name": "google",
	"expressions": {"region": expression},
}}}}

test_other_clouds_have_regions_of_their_own if {
	count(deny_region) == 0 with input as region_google({"constant_value": "europe-west1"}) with data.regions as region_rules
	variable := {"variables": {"where": {"value": "europe-west1"}}}
	by_variable := object.union(region_google({"references": ["var.where"]}), variable)
	count(deny_region) == 0 with input as by_variable with data.regions as region_rules
	resource := sample.made("google_storage_bucket", {"region": "europe-west1"})
	count(deny_region) == 0 with input as resource with data.regions as region_rules
	preview := {"steps": [sample.step("create", "pulumi:providers:gcp", "default", {"region": "europe-west1"})]}
	count(deny_region) == 0 with input as preview with data.regions as region_rules
	zones := {"mode": "data", "type": "aws_availability_zone", "values": {"name": "eu-west-1a"}}
	read := {"prior_state": {"values": {"root_module": {"resources": [zones]}}}}
	count(deny_region) == 0 with input as read with data.regions as region_rules
}

test_a_local_value_tells_nothing if {
	by_local := object.union(region_configured({"references": ["local.where"]}), {"variables": {"l.where": {"value": "x"}}})
	count(deny_region) == 0 with input as by_local with data.regions as region_rules
}
