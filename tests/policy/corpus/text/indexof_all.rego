# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	found := indexof_n(input.resource_changes[0].address, "s")
	msg := sprintf("%v", [found])
}
