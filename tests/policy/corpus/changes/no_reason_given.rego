# input: change.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	rc.change.actions != ["no-op"]
	reason := object.get(rc, "action_reason", "none")
	msg := sprintf("%-28s %s", [rc.address, reason])
}
