# input: bucket.json
# rego: v1
# namespace: main
package main

account := [r.values.account_id |
	some r in input.prior_state.values.root_module.resources
	r.type == "aws_caller_identity"
][0]

deny contains msg if {
	account != "999999999999"
	msg := sprintf("account %s", [account])
}
