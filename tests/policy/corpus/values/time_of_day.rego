# input: request.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	[hour, minute, _] := time.clock([input.time.now_ns, "Europe/Berlin"])
	day := time.weekday(input.time.now_ns)
	hour < 12
	msg := sprintf("%s %02d:%02d in Berlin", [day, hour, minute])
}
