# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_iam_user"
	msg := sprintf("%[2]s is called %[1]q; %[1]s it is", [rc.change.after.name, rc.address])
}
