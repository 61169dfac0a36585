# input: web.json
# rego: v1
# namespace: terraform.aws.buckets
package terraform.aws.buckets

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_s3_bucket"
	contains(rc.change.after.bucket, ".")
	msg := rc.change.after.bucket
}
