# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	msg := regex.find_n(`(?U)<.+>`, "<a><b>", -1)[0]
}
