# input: web.json
# rego: v0
# namespace: main
package main

import rego.v1

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_iam_user"
	msg := rc.change.after.path
}
