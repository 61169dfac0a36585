# input: web.json
# rego: v1
# namespace: main
package main

# \d is ASCII alone here; another dialect takes the Arabic digits as well.
deny contains sprintf("%s is a number", [text]) if {
	some text in ["42", "٤٢"]
	regex.match(`^\d+$`, text)
}
