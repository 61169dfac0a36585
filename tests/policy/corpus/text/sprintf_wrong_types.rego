# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some format in ["%d", "%s", "%t", "%f", "%x"]
	some v in ["seven", 7, true]
	msg := sprintf(concat("", [format, "|"]), [v])
}
