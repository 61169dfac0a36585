# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	pattern := `^aws_\w+\.plain$`
	some rc in input.resource_changes
	regex.match(pattern, rc.address)
	msg := sprintf("“%s” → \u2717 %s", [rc.address, "\"quoted\"\ttab"])
}
