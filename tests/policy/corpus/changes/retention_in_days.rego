# input: change.json
# rego: v1
# namespace: main
package main

day := (24 * 60) * 60

deny contains msg if {
	some rc in input.resource_changes
	days := rc.change.after.input.retention / day
	days < 7
	msg := sprintf("%s keeps for %v days", [rc.index, days])
}
