# input: web.json
# rego: v1
# namespace: main
package main

# `resource` is a rule and the variable of `some` in another rule.
resource := {rc.address: rc | some rc in input.resource_changes}

deny contains msg if {
	some resource in input.resource_changes
	resource.type == "aws_iam_user"
	msg := sprintf("%s is a user", [resource.address])
}

warn contains msg if {
	count(resource) > 15
	msg := sprintf("%d resources", [count(resource)])
}
