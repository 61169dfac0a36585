# input: web.json
# rego: v1
# namespace: main
package main

address := input.resource_changes[0].address

deny contains msg if {
	all_of := [address | some address in ["x", "y"]]
	msg := sprintf("%v, not %s", [all_of, address])
}
