# input: change.json
# rego: v1
# namespace: main
package main

production if lower(input.variables.stage.value) == "production"

deny contains msg if {
	production
	touched := [rc.address | some rc in input.resource_changes; not "no-op" in rc.change.actions]
	msg := sprintf("%d of %d resources would be touched", [count(touched), count(input.resource_changes)])
}
