# input: web.json
# rego: v1
# namespace: main
# needs: crypto.sha256
package main

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_iam_user"
	msg := crypto.sha256(rc.change.after.name)
}
