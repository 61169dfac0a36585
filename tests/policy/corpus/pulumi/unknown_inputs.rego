# input: pulumi.json
# rego: v1
# namespace: main
package main

unknown := "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

warn contains msg if {
	some step in input.steps
	some key, value in step.newState.inputs
	value == unknown
	deps := step.newState.propertyDependencies[key]
	msg := sprintf("%s of %s depends on %d", [key, step.newState.type, count(deps)])
}
