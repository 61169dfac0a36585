# input: change.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	rc.change.after.input.owner == ""
	msg := sprintf("%s[%q] has no owner", [rc.name, rc.index])
}
