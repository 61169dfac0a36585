# input: web.json
# rego: v1
# namespace: main
package main

import input as tfplan

statements contains s if {
	some rc in tfplan.resource_changes
	rc.type == "aws_s3_bucket_policy"
	some s in json.unmarshal(rc.change.after.policy).Statement
}

deny contains msg if {
	some s in statements
	s.Effect == "Allow"
	s.Principal == "*"
	msg := sprintf("everybody may %v on %v", [s.Action, s.Resource])
}
