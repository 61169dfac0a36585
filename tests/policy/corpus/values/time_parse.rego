# input: request.json
# rego: v1
# namespace: main
package main

start := time.parse_rfc3339_ns("2026-11-23T12:30:00Z")

deny contains msg if {
	input.time.now_ns < start
	minutes := (start - input.time.now_ns) / 60000000000
	msg := sprintf("%v minutes too early", [minutes])
}
