# input: web.json
# rego: v1
# namespace: main
package main

deny contains text if {
	some text in ["cat", "bat", "rat", "hat"]
	glob.match("[!bc]at", [], text)
	glob.match("?at", [], text)
}
