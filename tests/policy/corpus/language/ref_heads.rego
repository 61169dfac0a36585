# input: web.json
# rego: v1
# namespace: main
package main

findings.network.open contains rc.address if {
	some rc in input.resource_changes
	rc.change.after.ingress[_].protocol == "-1"
}

findings.identity.users := count([1 | some rc in input.resource_changes; rc.type == "aws_iam_user"])

deny contains sprintf("%v", [findings]) if findings.identity.users > 0
