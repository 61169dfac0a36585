# input: request.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	total := to_number(input.estimate.total.amount)
	hours := total / to_number(input.estimate.hourly.amount)
	hours > 20
	msg := sprintf("%s %s for %.0f hours", [input.estimate.currency, input.estimate.total.amount, floor(hours)])
}
