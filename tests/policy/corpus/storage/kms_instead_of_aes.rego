# input: web.json
# rego: v1
# namespace: main
package main

algorithms[address] contains algorithm if {
	some rc in input.resource_changes
	rc.type == "aws_s3_bucket_server_side_encryption_configuration"
	some rule in rc.change.after.rule
	some by_default in rule.apply_server_side_encryption_by_default
	address := rc.address
	algorithm := by_default.sse_algorithm
}

warn contains msg if {
	some address, found in algorithms
	not "aws:kms" in found
	msg := sprintf("%s uses %v and no key of its own", [address, found])
}
