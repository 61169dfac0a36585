# input: pulumi.json
# rego: v1
# namespace: main
package main

deny contains "a password in clear" if {
	some step in input.steps
	step.newState.inputs.password != "[secret]"
}

warn contains step.newState.type if {
	some step in input.steps
	"[secret]" in step.newState.inputs
}
