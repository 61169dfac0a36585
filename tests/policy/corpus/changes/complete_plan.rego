# input: web.json
# rego: v1
# namespace: main
package main

deny contains "the plan is not complete" if not input.complete

deny contains "the plan failed" if input.errored

warn contains msg if {
	input.complete
	not input.errored
	msg := sprintf("format %s", [input.format_version])
}
