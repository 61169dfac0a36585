# input: web.json
# rego: v1
# namespace: main
package main

deny contains text if {
	some text in ["90m", "1h30m", "2h45m10s"]
	time.parse_duration_ns(text) > time.parse_duration_ns("1h31m")
}
