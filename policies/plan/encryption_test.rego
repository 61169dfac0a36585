package plan

import data.lib.sample

test_a_switch_has_to_be_on if {
	found := deny_encryption with input as sample.made("aws_db_instance", {"storage_encrypted": false})
	found == {{
		"msg": "aws_db_instance.x is not encrypted: `storage_encrypted` is not true.",
		"fix": "Set `storage_encrypted = true`.",
		"resource": "aws_db_instance.x",
	}}
	count(deny_encryption) == 0 with input as sample.made("aws_db_instance", {"storage_encrypted": true})
	count(deny_encryption) == 1 with input as sample.made("aws_ebs_volume", {})
	later := sample.made_with("aws_ebs_volume", {}, {"encrypted": true})
	count(deny_encryption) == 1 with input as later
	in_a_text := sample.made("aws_elasticache_replication_group", {"at_rest_encryption_enabled": "true"})
	count(deny_encryption) == 0 with input as in_a_text
	preview := sample.previewed("aws:rds/instance:Instance", {"storageEncrypted": true})
	count(deny_encryption) == 0 with input as preview
}

encryption_setting(name) := sample.change(
	"aws_s3_bucket_server_side_encryption_configuration.x",
	{"bucket": name, "rule": [{}]},
	{},
)

test_a_bucket_has_its_setting if {
	bucket := sample.change("aws_s3_bucket.x", {"bucket": "b"}, {})
	count(deny_encryption) == 1 with input as {"resource_changes": [bucket]}
	count(deny_encryption) == 1 with input as {"resource_changes": [bucket, encryption_setting("c")]}
	count(deny_encryption) == 0 with input as {"resource_changes": [bucket, encryption_setting("b")]}
	inline := sample.made("aws_s3_bucket", {"bucket": "b", "server_side_encryption_configuration": [{"rule": []}]})
	count(deny_encryption) == 0 with input as inline
}

test_an_instance_has_volumes if {
	said := sample.messages(deny_encryption) with input as sample.made_with("aws_instance", {}, {"root_block_device": true})
	said == {"The root volume of aws_instance.x is not encrypted."}
	closed := sample.made("aws_instance", {"root_block_device": [{"encrypted": true}]})
	count(deny_encryption) == 0 with input as closed
	second := sample.made("aws_instance", {
		"root_block_device": [{"encrypted": true}],
		"ebs_block_device": [{"device_name": "/dev/sdf", "encrypted": false}, {"device_name": "/dev/sdg", "encrypted": true}],
	})
	told := sample.messages(deny_encryption) with input as second
	told == {"The volume /dev/sdf of aws_instance.x is not encrypted."}
	preview := sample.previewed("aws:ec2/instance:Instance", {"rootBlockDevice": {"encrypted": true}})
	count(deny_encryption) == 0 with input as preview
	plural := sample.previewed("aws:ec2/instance:Instance", {
		"rootBlockDevice": {"encrypted": true},
		"ebsBlockDevices": [{"deviceName": "/dev/sdf"}],
	})
	count(deny_encryption) == 1 with input as plural
}

test_other_types_have_blocks_of_these_names if {
	image := sample.made("aws_ami", {"ebs_block_device": [{"device_name": "/dev/sdf"}]})
	count(deny_encryption) == 0 with input as image
}
