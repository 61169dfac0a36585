# input: web.json
# rego: v1
# namespace: main
package main

deny contains text if {
	some text in ["a{,2}", "aa"]
	regex.match(`^a{,2}$`, text)
}
