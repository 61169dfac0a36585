# input: change.json
# rego: v1
# namespace: main
package main

counts[action] := n if {
	some rc in input.resource_changes
	some action in rc.change.actions
	n := count([1 | some other in input.resource_changes; action in other.change.actions])
}

deny contains sprintf("%v", [counts]) if counts["delete"] > 1
