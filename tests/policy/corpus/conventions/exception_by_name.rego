# input: web.json
# rego: v0
# namespace: main
package main

import future.keywords

deny_users contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_iam_user"
	msg := "a user"
}

exception contains rules if {
	input.variables.region.value == "me-south-1"
	rules := ["users"]
}
