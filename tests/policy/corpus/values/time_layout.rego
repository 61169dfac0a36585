# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	ns := time.parse_ns("2006-01-02", "2026-11-23")
	msg := sprintf("%d %s", [ns, time.format([ns, "UTC", "Mon Jan 2 2006"])])
}
