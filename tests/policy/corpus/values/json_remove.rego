# input: bucket.json
# rego: v1
# namespace: main
package main

deny contains keys if {
	some rc in input.resource_changes
	rc.type == "aws_s3_bucket_public_access_block"
	keys := object.keys(json.remove(rc.change.after, ["bucket", "block_public_acls"]))
}
