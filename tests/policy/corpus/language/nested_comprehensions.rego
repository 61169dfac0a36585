# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	matrix := {type: {rc.name: [a | some a in rc.change.actions] | some rc in input.resource_changes; rc.type == type} |
		some type in {"aws_db_instance", "aws_iam_user"}
	}
	msg := sprintf("%v", [matrix])
}
