# input: change.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	i := rc.index
	msg := sprintf("%s: %v is a %s", [rc.address, i, type_name(i)])
}
