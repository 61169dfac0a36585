# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some text in ["tab\there", "line\nbreak", `back\slash`, "say \"hi\"", "ünïcode", "snow ☃"]
	msg := sprintf("%q %v", [text, text])
}
