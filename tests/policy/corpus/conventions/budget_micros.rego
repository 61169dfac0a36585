# input: request.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	left := input.budget.left.micros - input.estimate.total.micros
	left < 145000000
	msg := sprintf("%v micros (%v of %s) are left", [left, left / 1000000, input.budget.currency])
}
