# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	some block in rc.change.after.ingress
	some cidr in block.cidr_blocks
	net.cidr_contains(cidr, "8.8.8.8/32")
	msg := sprintf("%s lets in %s", [rc.address, cidr])
}
