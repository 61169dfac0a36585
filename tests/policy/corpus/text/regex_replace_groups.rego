# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_lambda_function"
	msg := regex.replace(rc.change.after.role, `arn:aws:(\w+)::(\d+):(.*)`, "$3 of $2 in $1")
}
