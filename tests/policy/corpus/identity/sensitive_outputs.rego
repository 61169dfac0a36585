# input: change.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some name, change in input.output_changes
	change.after_sensitive
	change.actions != ["no-op"]
	msg := sprintf("output %s shows a secret that changes (%s)", [name, change.actions[0]])
}
