# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	a := time.parse_rfc3339_ns("2026-11-23T00:00:00Z")
	b := time.parse_rfc3339_ns("2025-10-20T22:00:00Z")
	[years, months, days, hours, _, _] := time.diff(a, b)
	msg := sprintf("%d %d %d %d", [years, months, days, hours])
}
