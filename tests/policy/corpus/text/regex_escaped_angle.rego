# input: web.json
# rego: v1
# namespace: main
package main

deny contains text if {
	some text in ["<owner>", "owner"]
	regex.match(`\<owner\>`, text)
}
