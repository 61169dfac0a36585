# input: change.json
# rego: v1
# namespace: main
package main

order := ["dev", "test", "staging", "production"]

position(stage) := i if {
	some i, name in order
	name == lower(stage)
}

deny contains msg if {
	change := input.output_changes.stage
	steps := position(change.after) - position(change.before)
	steps > 1
	msg := sprintf("%d steps at once", [steps])
}
