# input: request.json
# rego: v1
# namespace: main
package main

operators := {"UROOT"}

deny contains msg if {
	input.actor.id != "UBOB"
	not input.actor.id in operators
	msg := sprintf("%v of %v may not", [input.actor.id, input.actor.team])
}
