# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some i, j
	a := input.resource_changes[i]
	b := input.resource_changes[j]
	i < j
	a.name == b.name
	a.type == b.type
	msg := sprintf("%s and %s", [a.address, b.address])
}
