# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_iam_user"
	n := rc.change.after.name
	msg := concat("|", [trim_prefix(n, "calm-"), trim_suffix(n, "-robot"), trim(n, "calm"), trim_left(n, "cal"), trim_right(n, "bot"), trim_space("  a b ")])
}
