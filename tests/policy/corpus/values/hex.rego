# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	msg := sprintf("%s %s", [hex.encode("mayfly"), hex.decode("6f6b")])
}
