# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	msg := sprintf("%v %v %v %v %v %v", [7 % 3, 7 / 2, abs(-4), ceil(1.2), floor(-1.2), round(2.5)])
}
