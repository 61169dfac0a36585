# input: web.json
# rego: v1
# namespace: main
package main

deny contains text if {
	some text in ["K", "K", "ſ", "s"]
	regex.match(`(?i)^[ks]$`, text)
}
