# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	"engine", "postgres" in rc.change.after
	not 0, "delete" in rc.change.actions
	msg := rc.address
}
