# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	msg := {"a": 1, "b": input.missing}
}

warn contains msg if {
	msg := {"a": 1, "b": object.get(input, "missing", "gone")}
}
