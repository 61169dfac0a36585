# input: web.json
# rego: v1
# namespace: main
package main

deny contains {"msg": msg, "fix": "Take a role.", "resource": rc.address, "level": "overridable", "overridable_by": ["role:platform-lead"]} if {
	some rc in input.resource_changes
	rc.type == "aws_iam_user"
	msg := sprintf("%s is a user", [rc.name])
}
