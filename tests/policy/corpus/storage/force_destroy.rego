# input: trio.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	rc := input.resource_changes[_]
	rc.change.after.force_destroy == true
	msg := sprintf("%s: `force_destroy = %t` deletes what is in it", [rc.address, rc.change.after.force_destroy])
}
