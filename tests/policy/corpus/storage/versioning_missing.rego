# input: web.json
# rego: v1
# namespace: main
package main

has_versioning if {
	some rc in input.resource_changes
	rc.type == "aws_s3_bucket_versioning"
}

deny contains "no bucket of this plan keeps old versions" if not has_versioning
