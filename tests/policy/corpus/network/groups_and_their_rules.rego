# input: web.json
# rego: v1
# namespace: main
package main

rules_of[group] contains rc.address if {
	some rc in input.configuration.root_module.resources
	some ref in rc.expressions.security_group_id.references
	endswith(ref, ".id")
	group := trim_suffix(ref, ".id")
}

deny contains msg if {
	some group, rules in rules_of
	count(rules) > 1
	msg := sprintf("%s has %d rules of its own: %s", [group, count(rules), concat(", ", sort(rules))])
}
