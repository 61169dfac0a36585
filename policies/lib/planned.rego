# What a plan comes to, in one shape for Terraform, OpenTofu and Pulumi. A resource is
# {address, place, type, values, unknown, provider, shape, touched}: `address` is what people call it, in Pulumi its name; `place` is the address without
# indexes, as the configuration has it, or Pulumi's URN; `type` is Terraform's word for it, for Pulumi's resources of AWS too.
#
# `values` has what is known now. What is only known after the apply is in `unknown`, and a rule has to say
# what that means to it: for a switch that has to be on it is the same as off (AWS's provider reports switches
# that nobody set as unknown), for a name that AWS makes up there is nothing to judge.
package lib.planned

# Everything that stands after the apply.
standing contains one if {
	some change in input.resource_changes
	object.get(change, "mode", "managed") == "managed"
	is_object(change.change.after)
	one := {
		"address": change.address,
		"place": regex.replace(change.address, `\[("[^"]*"|[0-9]+)\]`, ""),
		"type": change.type,
		"values": change.change.after,
		"unknown": object.get(change.change, "after_unknown", {}),
		"provider": object.get(change, "provider_name", ""),
		"shape": "terraform",
		"touched": changes(change.change.actions),
	}
}

standing contains one if {
	some step in input.steps
	step.op in {"same", "create", "update", "create-replacement", "import", "import-replacement"}
	state := step.newState
	not startswith(state.type, "pulumi:")
	object.get(state, "custom", true)
	parts := split(step.urn, "::")
	one := {
		"address": concat("::", array.slice(parts, 3, count(parts))),
		"place": step.urn,
		"type": object.get(pulumi_types, state.type, state.type),
		"values": object.get(state, "inputs", {}),
		"unknown": {},
		"provider": object.get(state, "provider", ""),
		"shape": "pulumi",
		"touched": step.op != "same",
	}
}

# What is made or changed. What stays as it is was judged when it was made: a rule that has become stricter
# does not keep anybody from changing something else.
touched contains one if {
	some one in standing
	one.touched
}

# The known value of an attribute, null when there is none. Names are Terraform's, which need not be made Pulumi's where
# it is Terraform's plan: that took a good part of a decision.
value(one, name) := object.get(one.values, name, null) if {
	one.shape == "terraform"
} else := null if {
	field(one.values, name) in pulumi_unknown
} else := field(one.values, name)

# Whether it is only known after the apply: the whole of it.
unknown(one, name) if one.unknown[name] == true

unknown(one, name) if {
	one.shape == "pulumi"
	field(one.values, name) in pulumi_unknown
}

# An attribute of a nested block, null when there is none.
field(block, name) := block[name] if {
	some _ in [block[name]]
} else := object.get(block, camel(name), null)

# Terraform has a list of blocks where Pulumi has one alone.
blocks(found) := found if is_array(found)

blocks(found) := [found] if is_object(found)

blocks(found) := [] if is_null(found)

# The blocks of one name. Where many are allowed Pulumi's name is the plural.
nested(one, name) := array.concat(
	blocks(value(one, name)),
	blocks(value(one, sprintf("%ss", [name]))),
)

# Some attributes are switches in a string: `at_rest_encryption_enabled` is "true".
on(found) if found in {true, "true"}

# A set as a text, in order.
listed(words) := concat(", ", sort([word | some word in words]))

default changes(_) := false

changes(actions) if {
	some action in actions
	action in {"create", "update"}
}

camel(name) := concat("", array.concat([parts[0]], tail)) if {
	parts := split(name, "_")
	tail := [concat("", [upper(substring(part, 0, 1)), substring(part, 1, -1)]) |
		some i, part in parts
		i > 0
	]
}

# What Pulumi's preview has in the place of what is not known yet (sdk/go/common/resource/plugin/rpc.go).
pulumi_unknown := {
	"04da6b54-80e4-46f7-96ec-b56ff0331ba9",
	"1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
	"3eeb2bf0-c639-47a8-9e75-3b44932eb421",
	"6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
	"dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
}

# The types that rules name. Others keep Pulumi's own token.
pulumi_types := {
	"aws:ebs/volume:Volume": "aws_ebs_volume",
	"aws:ec2/instance:Instance": "aws_instance",
	"aws:ec2/launchTemplate:LaunchTemplate": "aws_launch_template",
	"aws:ec2/securityGroup:SecurityGroup": "aws_security_group",
	"aws:ec2/securityGroupRule:SecurityGroupRule": "aws_security_group_rule",
	"aws:eks/cluster:Cluster": "aws_eks_cluster",
	"aws:elasticache/cluster:Cluster": "aws_elasticache_cluster",
	"aws:elasticache/replicationGroup:ReplicationGroup": "aws_elasticache_replication_group",
	"aws:iam/accessKey:AccessKey": "aws_iam_access_key",
	"aws:iam/user:User": "aws_iam_user",
	"aws:lambda/function:Function": "aws_lambda_function",
	"aws:rds/cluster:Cluster": "aws_rds_cluster",
	"aws:rds/clusterInstance:ClusterInstance": "aws_rds_cluster_instance",
	"aws:rds/instance:Instance": "aws_db_instance",
	"aws:s3/bucket:Bucket": "aws_s3_bucket",
	"aws:s3/bucketAcl:BucketAcl": "aws_s3_bucket_acl",
	"aws:s3/bucketAclV2:BucketAclV2": "aws_s3_bucket_acl",
	"aws:s3/bucketPolicy:BucketPolicy": "aws_s3_bucket_policy",
	"aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": "aws_s3_bucket_public_access_block",
	"aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": "aws_s3_bucket_server_side_encryption_configuration",
	"aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2": "aws_s3_bucket_server_side_encryption_configuration",
	"aws:s3/bucketV2:BucketV2": "aws_s3_bucket",
	"aws:sqs/queue:Queue": "aws_sqs_queue",
	"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "aws_vpc_security_group_ingress_rule",
}
