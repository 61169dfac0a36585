# input: web.json
# rego: v1
# namespace: main
package main

switches := {"block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"}

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_s3_bucket_public_access_block"
	missing := {s | some s in switches; object.get(rc.change.after, s, false) != true}
	count(missing) > 0
	msg := sprintf("%s leaves open: %s", [rc.address, concat(", ", missing)])
}
