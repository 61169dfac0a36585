# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_s3_bucket_policy"
	some i, line in split("first\nsecond\r\nthird", "\n")
	i > 0
	msg := sprintf("%d:%q", [i, line])
}
