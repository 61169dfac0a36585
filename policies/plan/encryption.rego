# Nothing is stored in clear. For a switch, unknown is off: AWS's provider says so of what nobody set.
package plan

import data.lib.linked
import data.lib.planned

deny_encryption contains finding if {
	some one in planned.touched
	switch := encryption_switches[one.type]
	not planned.on(planned.value(one, switch))
	finding := {
		"msg": sprintf("%s is not encrypted: `%s` is not true.", [one.address, switch]),
		"fix": sprintf("Set `%s = true`.", [switch]),
		"resource": one.address,
	}
}

deny_encryption contains finding if {
	some one in planned.touched
	one.type == "aws_s3_bucket"
	count(planned.blocks(planned.value(one, "server_side_encryption_configuration"))) == 0
	not bucket_encrypted(one)
	finding := {
		"msg": sprintf("The bucket %s says nothing of its encryption.", [one.address]),
		"fix": concat("", [
			"Add an `aws_s3_bucket_server_side_encryption_configuration` ",
			"whose `bucket` refers to it directly (`aws_s3_bucket.<name>.id`).",
		]),
		"resource": one.address,
	}
}

# An instance that says nothing of its root volume has an unencrypted one, unless the account knows better.
deny_encryption contains finding if {
	some one in planned.touched
	one.type == "aws_instance"
	volumes := planned.blocks(planned.value(one, "root_block_device"))
	count([volume | some volume in volumes; planned.on(planned.field(volume, "encrypted"))]) == 0
	finding := {
		"msg": sprintf("The root volume of %s is not encrypted.", [one.address]),
		"fix": "Add `root_block_device { encrypted = true }`.",
		"resource": one.address,
	}
}

deny_encryption contains finding if {
	some one in planned.touched
	one.type == "aws_instance"
	some volume in planned.nested(one, "ebs_block_device")
	not planned.on(planned.field(volume, "encrypted"))
	finding := {
		"msg": sprintf("The volume %s of %s is not encrypted.", [planned.field(volume, "device_name"), one.address]),
		"fix": "Set `encrypted = true` in that `ebs_block_device`.",
		"resource": one.address,
	}
}

# ElastiCache says it in a text, and Redis alone can do it.
encryption_switches := {
	"aws_db_instance": "storage_encrypted",
	"aws_ebs_volume": "encrypted",
	"aws_efs_file_system": "encrypted",
	"aws_elasticache_replication_group": "at_rest_encryption_enabled",
	"aws_rds_cluster": "storage_encrypted",
	"aws_redshift_cluster": "encrypted",
}

bucket_encrypted(bucket) if {
	some key in linked.keys(bucket)
	key in encryption_targets
}

encryption_targets := union({targets |
	some one in planned.standing
	one.type == "aws_s3_bucket_server_side_encryption_configuration"
	targets := linked.targets(one)
})
