# input: shop.json
# rego: v1
# namespace: main
# needs: template-strings
package main

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_s3_bucket_acl"
	not rc.change.after.acl in ["private", "log-delivery-write"]
	msg := $"{rc.address} is not private"
}
