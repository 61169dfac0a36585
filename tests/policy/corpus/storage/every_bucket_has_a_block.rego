# input: web.json
# rego: v1
# namespace: main
package main

buckets := {rc.address: rc | some rc in input.resource_changes; rc.type == "aws_s3_bucket"}

blocked contains bucket if {
	some block in input.configuration.root_module.resources
	block.type == "aws_s3_bucket_public_access_block"
	some ref in block.expressions.bucket.references
	bucket := ref
}

deny contains msg if {
	some address, _ in buckets
	not address in blocked
	msg := sprintf("no aws_s3_bucket_public_access_block refers to %v", [address])
}
