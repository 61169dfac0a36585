# input: web.json
# rego: v1
# namespace: main
package main

deny contains "vacuous" if {
	every x in [] {
		x == 1
	}
}

deny contains "keys" if {
	every k, v in {"a": 1, "b": 2} {
		v > 0
		k != "c"
	}
}
