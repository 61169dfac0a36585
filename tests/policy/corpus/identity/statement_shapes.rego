# input: web.json
# rego: v1
# namespace: main
package main

# Statements are a list or one alone, actions a list or a text.
as_list(x) := x if is_array(x)

as_list(x) := [x] if not is_array(x)

document := {"Statement": {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}}

deny contains msg if {
	some s in as_list(document.Statement)
	some action in as_list(s.Action)
	"*" in as_list(s.Resource)
	startswith(action, "iam:")
	msg := sprintf("%s on everything", [action])
}
