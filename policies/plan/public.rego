# Nothing is open to everybody: buckets and databases.
package plan

import data.lib.linked
import data.lib.planned

deny_public contains finding if {
	some one in planned.touched
	one.type == "aws_s3_bucket"
	not public_blocked(one)
	finding := {
		"msg": sprintf("Nothing keeps the bucket %s from becoming public.", [one.address]),
		"fix": concat("", [
			"Add an `aws_s3_bucket_public_access_block` with all four of its switches true, ",
			"whose `bucket` refers to it directly (`aws_s3_bucket.<name>.id`).",
		]),
		"resource": one.address,
	}
}

deny_public contains finding if {
	some one in planned.touched
	one.type in {"aws_s3_bucket", "aws_s3_bucket_acl"}
	acl := planned.value(one, "acl")
	acl in {"public-read", "public-read-write", "authenticated-read"}
	finding := {
		"msg": sprintf("%s lets everybody in by its access control list, %s.", [one.address, acl]),
		"fix": "Set `acl = \"private\"`, or leave it out.",
		"resource": one.address,
	}
}

# A policy with parts that are not known yet is unknown as a whole; the bucket's block still holds then.
deny_public contains finding if {
	some one in planned.touched
	one.type == "aws_s3_bucket_policy"
	text := planned.value(one, "policy")
	is_string(text)
	json.is_valid(text)
	policy := json.unmarshal(text)
	some statement in planned.blocks(policy.Statement)
	statement.Effect == "Allow"
	not statement.Condition
	public_principal(statement.Principal)
	finding := {
		"msg": sprintf("The policy %s allows everybody %s.", [one.address, public_actions(statement.Action)]),
		"fix": "Name those who may in `Principal`, or add a `Condition`.",
		"resource": one.address,
	}
}

deny_public contains finding if {
	some one in planned.touched
	one.type in {"aws_db_instance", "aws_rds_cluster_instance", "aws_redshift_cluster", "aws_dms_replication_instance"}
	planned.on(planned.value(one, "publicly_accessible"))
	finding := {
		"msg": sprintf("The database %s can be reached from the internet.", [one.address]),
		"fix": "Set `publicly_accessible = false`.",
		"resource": one.address,
	}
}

public_blocked(bucket) if {
	some key in linked.keys(bucket)
	key in public_block_targets
}

public_block_targets := union({targets |
	some one in planned.standing
	one.type == "aws_s3_bucket_public_access_block"
	every switch in ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"] {
		planned.on(planned.value(one, switch))
	}
	targets := linked.targets(one)
})

public_principal(principal) if principal == "*"

public_principal(principal) if principal.AWS == "*"

public_principal(principal) if "*" in principal.AWS

public_actions(action) := action if is_string(action)

public_actions(action) := planned.listed(action) if is_array(action)
