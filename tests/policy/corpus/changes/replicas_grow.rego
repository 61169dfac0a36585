# input: change.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	before := rc.change.before.input.replicas
	after := rc.change.after.input.replicas
	growth := ((after - before) * 100) / before
	growth > 50
	msg := sprintf("%d %% more: %d -> %d", [growth, before, after])
}
