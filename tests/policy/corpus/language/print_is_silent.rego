# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	print("looking at", count(input.resource_changes))
	msg := "printed"
}
