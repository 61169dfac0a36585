# input: web.json
# rego: v1
# namespace: main
# modules: lib/plan.rego
package main

import data.lib.plan

deny contains msg if {
	some rc in plan.created
	rc.type == "aws_iam_user"
	msg := plan.label(rc)
}
