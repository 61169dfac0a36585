# input: shop.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some sg in input.resource_changes
	sg.type == "aws_security_group"
	some block in sg.change.after.egress
	"0.0.0.0/0" in block.cidr_blocks
	msg := sprintf("%s may talk to everybody", [sg.change.after.name])
}
