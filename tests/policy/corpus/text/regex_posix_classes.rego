# input: web.json
# rego: v1
# namespace: main
package main

deny contains text if {
	some text in ["Abc1", "abc-1", "ABC"]
	regex.match(`^[[:upper:]][[:alnum:]]*$`, text)
}
