# input: web.json
# rego: v1
# namespace: main
# needs: net.cidr_intersects
package main

deny contains msg if {
	some rc in input.resource_changes
	some cidr in rc.change.after.cidr_blocks
	net.cidr_intersects(cidr, "10.128.0.0/9")
	msg := sprintf("%s reaches into the data centre", [rc.address])
}
