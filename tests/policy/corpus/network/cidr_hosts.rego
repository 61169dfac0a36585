# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	some cidr in rc.change.after.cidr_blocks
	parts := split(cidr, "/")
	bits := to_number(parts[1])
	bits < 16
	msg := sprintf("/%d has 2^%d addresses: %s", [bits, 32 - bits, cidr])
}
