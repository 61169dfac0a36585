# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	left := {1, 2, 3} - {2}
	right := 10 - 3
	msg := sprintf("%v %d %v", [left, right, {1} | {2}])
}
