# input: bucket.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_s3_bucket_public_access_block"
	msg := sprintf("%s: %s", [rc.name, rc.change.after])
}
