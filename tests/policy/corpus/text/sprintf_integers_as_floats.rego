# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	half := 10 / 4
	whole := 10 / 5
	msg := sprintf("%v %v %d %s", [half, whole, whole, whole])
}
