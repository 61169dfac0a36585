# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	[x, "create"] = ["only", rc.change.actions[0]]
	rc.type == "aws_iam_user"
	msg := x
}
