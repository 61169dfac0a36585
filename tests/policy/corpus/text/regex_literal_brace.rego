# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some text in ["${var.name}", "plain"]
	regex.match(`\${var`, text)
	msg := text
}
