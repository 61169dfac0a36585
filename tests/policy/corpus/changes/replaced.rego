# input: change.json
# rego: v1
# namespace: main
package main

is_replacement(actions) if actions == ["delete", "create"]

is_replacement(actions) if actions == ["create", "delete"]

deny contains msg if {
	some rc in input.resource_changes
	is_replacement(rc.change.actions)
	paths := [concat(".", p) | some p in rc.change.replace_paths]
	msg := sprintf("%s is made anew because of %v", [rc.address, paths])
}
