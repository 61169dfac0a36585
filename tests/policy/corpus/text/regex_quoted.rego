# input: web.json
# rego: v1
# namespace: main
package main

deny contains text if {
	some text in ["a.b", "axb"]
	regex.match(`^\Qa.b\E$`, text)
}
