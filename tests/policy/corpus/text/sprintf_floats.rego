# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some x in [1, 1.5, 0.1, 1000000, 12345678.9, 1e21, 0.000001]
	msg := sprintf("%v %.2f %g", [x, x + 0.25, x])
}
