# input: web.json
# rego: v1
# namespace: main
# modules: lib/plan.rego
package main

deny contains msg if {
	found := data.lib.plan.of_type("aws_security_group")
	count(found) == 1
	msg := sprintf("%d group", [count(found)])
}
