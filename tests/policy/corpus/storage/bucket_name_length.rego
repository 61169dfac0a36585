# input: shop.json
# rego: v1
# namespace: main
package main

warn contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_s3_bucket"
	n := count(rc.change.after.bucket)
	n > 15
	msg := sprintf("%s: a name of %02d characters", [rc.address, n])
}
