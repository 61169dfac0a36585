# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	msg := sprintf("[%*d] [%-*s]", [6, 42, 6, "ab"])
}
