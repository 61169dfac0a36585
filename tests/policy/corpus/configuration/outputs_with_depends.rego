# input: trio.json
# rego: v1
# namespace: main
package main

outputs := input.configuration.root_module.outputs

deny contains msg if {
	sensitive := {n | some n, o in outputs; o.sensitive}
	open := object.keys(outputs) - sensitive
	msg := sprintf("open %v, closed %v", [open, sensitive])
}
