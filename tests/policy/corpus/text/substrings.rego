# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	name := input.resource_changes[0].address
	msg := sprintf("%s %s %s %d", [substring(name, 0, 3), substring(name, 4, -1), substring(name, 4, 100), indexof(name, "_")])
}
