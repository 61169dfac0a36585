# input: web.json
# rego: v0
# namespace: main
package main

import future.keywords

deny contains msg if {
	some sg in input.resource_changes
	sg.type == "aws_security_group"
	some i, block in sg.change.after.ingress
	block.protocol == "-1"
	msg := sprintf("%s: ingress block %d has every protocol", [sg.address, i + 1])
}
