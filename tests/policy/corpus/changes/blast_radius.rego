# input: change.json
# rego: v1
# namespace: main
package main

weights := {"delete": 10, "create": 1, "update": 5, "no-op": 0, "read": 0}

score := sum([weights[a] | some rc in input.resource_changes; some a in rc.change.actions])

deny contains msg if {
	score > 30
	msg := sprintf("the change scores %d of %d", [score, 30])
}
