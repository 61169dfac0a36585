# input: trio.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some check in input.checks
	check.status != "pass"
	msg := sprintf("%s: %s", [check.address.to_display, check.status])
}

warn contains sprintf("%d checks", [count(input.checks)]) if true
