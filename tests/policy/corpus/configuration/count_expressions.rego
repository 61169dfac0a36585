# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some name, call in input.configuration.root_module.module_calls
	n := call.count_expression.constant_value
	n > 1
	msg := sprintf("%s %d times", [name, n])
}
