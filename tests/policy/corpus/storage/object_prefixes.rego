# input: bucket.json
# rego: v1
# namespace: main
package main

allowed_prefixes := ["calm", "wild"]

bucket_names := [rc.change.after.bucket | some rc in input.resource_changes; rc.type == "aws_s3_bucket"]

deny contains msg if {
	some name in bucket_names
	not strings.any_prefix_match(name, allowed_prefixes)
	msg := sprintf("%s has no prefix of ours", [name])
}

warn contains msg if {
	some name in bucket_names
	strings.any_suffix_match(name, {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"})
	msg := sprintf("%s ends in a digit", [substring(name, 0, 10)])
}
