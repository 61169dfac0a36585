# input: web.json
# rego: v1
# namespace: main
# data: more/allowed.json
package main

deny contains msg if {
	some rc in input.resource_changes
	not rc.type in data.allowed.types
	msg := sprintf("%s is not in the list of %s", [rc.type, data.allowed.owner])
}
