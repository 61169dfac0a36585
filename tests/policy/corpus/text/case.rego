# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_s3_bucket"
	name := rc.change.after.bucket
	upper(name) != lower(name)
	startswith(lower(name), "calm.")
	msg := concat("", [lower("ÄÖ "), upper("straße "), name])
}
