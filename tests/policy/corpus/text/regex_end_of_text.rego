# input: web.json
# rego: v1
# namespace: main
package main

deny contains text if {
	some text in ["end", "end\n", "the end"]
	regex.match(`end\z`, text)
}
