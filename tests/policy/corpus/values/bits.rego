# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	msg := sprintf("%d %d %d %d", [bits.and(6, 3), bits.or(6, 3), bits.xor(6, 3), bits.lsh(1, 8)])
}
