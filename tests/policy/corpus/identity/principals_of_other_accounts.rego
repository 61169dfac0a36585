# input: shop.json
# rego: v1
# namespace: main
package main

ours := {"123456789012"}

account(principal) := regex.find_n(`[0-9]{12}`, principal, 1)[0]

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_s3_bucket_policy"
	some s in json.unmarshal(rc.change.after.policy).Statement
	a := account(s.Principal.AWS)
	not a in ours
	msg := sprintf("account %s is not ours", [a])
}
