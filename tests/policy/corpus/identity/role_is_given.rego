# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_lambda_function"
	arn := split(rc.change.after.role, ":")
	arn[4] != "210987654321"
	msg := sprintf("%s takes a role of the account %s", [rc.address, arn[4]])
}
