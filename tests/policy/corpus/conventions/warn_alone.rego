# input: web.json
# rego: v1
# namespace: main
package main

warn contains msg if {
	n := count(input.resource_changes)
	n > 10
	msg := sprintf("%d resources in one environment", [n])
}
