# input: web.json
# rego: v1
# namespace: main
package main

risky contains rc.address if {
	some rc in input.resource_changes
	rc.type == "aws_iam_user"
}

risky contains rc.address if {
	some rc in input.resource_changes
	rc.change.after.publicly_accessible
}

risky contains "always" 

deny contains sprintf("%d: %s", [count(risky), concat(",", risky)]) if count(risky) > 2
