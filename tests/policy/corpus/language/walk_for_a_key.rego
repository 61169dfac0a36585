# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	walk(input.planned_values, [path, value])
	path[count(path) - 1] == "publicly_accessible"
	value == true
	msg := concat(".", [sprintf("%v", [p]) | some p in path])
}
