# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	input.resource_changes[i].change.after.ingress[j].cidr_blocks[k] == "0.0.0.0/0"
	msg := sprintf("%d %d %d", [i, j, k])
}
