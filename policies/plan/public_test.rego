package plan

import data.lib.sample

public_shut := {
	"bucket": "b",
	"block_public_acls": true,
	"block_public_policy": true,
	"ignore_public_acls": true,
	"restrict_public_buckets": true,
}

public_bucket(block) := {"resource_changes": [
	sample.change("aws_s3_bucket.x", {"bucket": "b"}, {}),
	sample.change("aws_s3_bucket_public_access_block.x", block, {}),
]}

test_a_bucket_is_shut if {
	said := sample.messages(deny_public) with input as sample.made("aws_s3_bucket", {"bucket": "b"})
	said == {"Nothing keeps the bucket aws_s3_bucket.x from becoming public."}
	count(deny_public) == 0 with input as public_bucket(public_shut)
	count(deny_public) == 1 with input as public_bucket(object.union(public_shut, {"bucket": "c"}))
	every switch in ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"] {
		count(deny_public) == 1 with input as public_bucket(object.union(public_shut, {switch: false}))
		count(deny_public) == 1 with input as public_bucket(object.remove(public_shut, [switch]))
	}
}

test_an_access_control_list_may_be_public if {
	said := sample.messages(deny_public) with input as sample.made("aws_s3_bucket_acl", {"acl": "public-read"})
	said == {"aws_s3_bucket_acl.x lets everybody in by its access control list, public-read."}
	count(deny_public) == 0 with input as sample.made("aws_s3_bucket_acl", {"acl": "private"})
}

public_policy(statement) := sample.made("aws_s3_bucket_policy", {"policy": json.marshal({"Statement": statement})})

test_a_policy_may_be_public if {
	open := {"Effect": "Allow", "Principal": "*", "Action": ["s3:PutObject", "s3:GetObject"]}
	said := sample.messages(deny_public) with input as public_policy([open])
	said == {"The policy aws_s3_bucket_policy.x allows everybody s3:GetObject, s3:PutObject."}
	alone := object.union(open, {"Principal": {"AWS": "*"}, "Action": "s3:*"})
	count(deny_public) == 1 with input as public_policy(alone)
	many := object.union(open, {"Principal": {"AWS": ["arn:aws:iam::1:root", "*"]}})
	count(deny_public) == 1 with input as public_policy([many])
	count(deny_public) == 0 with input as public_policy([object.union(open, {"Effect": "Deny"})])
	count(deny_public) == 0 with input as public_policy([object.union(open, {"Condition": {}})])
	count(deny_public) == 0 with input as public_policy([object.union(open, {"Principal": {"AWS": "arn:aws:iam::1:root"}})])
	later := sample.made_with("aws_s3_bucket_policy", {}, {"policy": true})
	count(deny_public) == 0 with input as later
}

test_a_database_may_be_public if {
	said := sample.messages(deny_public) with input as sample.made("aws_db_instance", {"publicly_accessible": true})
	said == {"The database aws_db_instance.x can be reached from the internet."}
	count(deny_public) == 0 with input as sample.made("aws_db_instance", {"publicly_accessible": false})
	count(deny_public) == 0 with input as sample.made("aws_db_instance", {})
}

test_other_types_are_not_judged_as_these if {
	other := {"publicly_accessible": true, "acl": "public-read", "policy": json.marshal({"Statement": [{
		"Effect": "Allow",
		"Principal": "*",
		"Action": "sns:Publish",
	}]})}
	count(deny_public) == 0 with input as sample.made("aws_other", other)
	block := sample.change("aws_other.x", public_shut, {})
	count(deny_public) == 1 with input as {"resource_changes": [sample.change("aws_s3_bucket.x", {"bucket": "b"}, {}), block]}
}
