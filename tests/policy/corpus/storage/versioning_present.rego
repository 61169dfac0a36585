# input: bucket.json
# rego: v1
# namespace: main
package main

versioned[address] := rc.change.after.versioning_configuration[0].status if {
	some rc in input.resource_changes
	rc.type == "aws_s3_bucket_versioning"
	address := rc.address
}

deny contains msg if {
	count(versioned) == 0
	msg := "keep old versions"
}

warn contains msg if {
	some address, status in versioned
	status == "Enabled"
	msg := sprintf("%s: %s means that storage grows", [address, lower(status)])
}
