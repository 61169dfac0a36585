# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some base in [2, 8, 10, 16]
	msg := format_int(255, base)
}
