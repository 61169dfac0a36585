# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_security_group"
	every block in rc.change.after.ingress {
		every cidr in array.concat(block.cidr_blocks, block.ipv6_cidr_blocks) {
			cidr in {"0.0.0.0/0", "::/0"}
		}
	}
	msg := sprintf("all of %s is open", [rc.address])
}
