# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	values := [1, 2.5, "text", true, null, ["a", 1], {"k": "v", "n": [1, "x"]}, {3, 1}]
	some v in values
	msg := sprintf("%v", [v])
}
