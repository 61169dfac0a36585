# input: web.json
# rego: v1
# namespace: main
package main

deny contains sprintf("%s is a word", [text]) if {
	some text in ["strasse", "straße", "naïve", "a b"]
	regex.match(`^\w+$`, text)
}
