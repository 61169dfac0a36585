package lib.planned_test

import data.lib.planned
import data.lib.sample

addresses(found) := {one.address | some one in found}

change(address, mode, actions, after) := {
	"address": address,
	"mode": mode,
	"type": "t",
	"change": {"actions": actions, "after": after},
}

test_what_goes_or_is_read_does_not_stand if {
	plan := {"resource_changes": [
		change("t.made", "managed", ["create"], {}),
		change("t.kept", "managed", ["no-op"], {}),
		change("t.new", "managed", ["delete", "create"], {}),
		change("t.gone", "managed", ["delete"], null),
		change("t.left", "managed", ["forget"], null),
		change("data.t.read", "data", ["read"], {}),
	]}
	addresses(planned.standing) == {"t.made", "t.kept", "t.new"} with input as plan
	addresses(planned.touched) == {"t.made", "t.new"} with input as plan
}

test_a_place_has_no_indexes if {
	plan := {"resource_changes": [change(`module.a["x.y[0]"].t.z[3]`, "managed", ["create"], {})]}
	{one.place | some one in planned.standing} == {"module.a.t.z"} with input as plan
}

test_pulumi_is_read_as_terraform_is if {
	preview := {"steps": [
		sample.step("create", "aws:rds/instance:Instance", "made", {"storageEncrypted": true}),
		sample.step("same", "aws:s3/bucketV2:BucketV2", "kept", {}),
		sample.step("delete", "aws:s3/bucketV2:BucketV2", "gone", {}),
		sample.step("create", "pulumi:providers:aws", "default", {}),
		object.union(sample.step("create", "my:component:Shop", "all", {}), {"newState": {"custom": false}}),
		sample.step("create", "gcp:storage/bucket:Bucket", "other", {}),
	]}
	addresses(planned.standing) == {"made", "kept", "other"} with input as preview
	types := {"aws_db_instance", "aws_s3_bucket", "gcp:storage/bucket:Bucket"}
	{one.type | some one in planned.standing} == types with input as preview
	{one.type | some one in planned.touched} == types - {"aws_s3_bucket"} with input as preview
}

test_names_are_terraforms if {
	made := {"shape": "pulumi", "values": {"storageEncrypted": false, "name": "x"}, "unknown": {}}
	planned.value(input, "storage_encrypted") == false with input as made
	planned.value(input, "name") == "x" with input as made
	planned.value(input, "other") == null with input as made
	as_is := {"shape": "terraform", "values": {"storage_encrypted": false, "otherName": "x"}, "unknown": {}}
	planned.value(input, "storage_encrypted") == false with input as as_is
	planned.value(input, "other_name") == null with input as as_is
}

test_unknown_is_no_value if {
	terraform := {"shape": "terraform", "values": {}, "unknown": {"arn": true, "tags": {"a": true}}}
	planned.unknown(terraform, "arn")
	planned.value(terraform, "arn") == null
	not planned.unknown(terraform, "tags")
	not planned.unknown(terraform, "id")
	pulumi := {"shape": "pulumi", "values": {"bucket": "04da6b54-80e4-46f7-96ec-b56ff0331ba9"}, "unknown": {}}
	planned.unknown(pulumi, "bucket")
	planned.value(pulumi, "bucket") == null
}

test_blocks_are_a_list if {
	planned.blocks([{"a": 1}]) == [{"a": 1}]
	planned.blocks({"a": 1}) == [{"a": 1}]
	planned.blocks(null) == []
}

test_switches_may_be_texts if {
	planned.on(true)
	planned.on("true")
	every value in ["false", "yes", false, null, 1] {
		not planned.on(value)
	}
}

test_a_set_is_listed_in_order if planned.listed({"b", "a"}) == "a, b"
