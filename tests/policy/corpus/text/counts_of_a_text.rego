# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	n := strings.count(input.resource_changes[0].address, "s")
	n > 2
	msg := sprintf("%d times", [n])
}
