# input: web.json
# rego: v1
# namespace: main
package main

deny_dots contains {"msg": msg, "bucket": name} if {
	some rc in input.resource_changes
	rc.type == "aws_s3_bucket"
	name := rc.change.after.bucket
	contains(name, ".")
	msg := sprintf("dots in %q break TLS (%d of them)", [name, count(split(name, ".")) - 1])
}
