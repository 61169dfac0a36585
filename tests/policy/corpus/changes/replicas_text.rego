# input: change.json
# rego: v1
# namespace: main
package main

# Variables are texts in a plan, even the numbers.
deny contains msg if {
	value := input.variables.replicas.value
	is_string(value)
	to_number(value) >= 10
	msg := sprintf("%s replicas, %v", [value, to_number(value) + 1])
}
