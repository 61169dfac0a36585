# input: web.json
# rego: v1
# namespace: main
package main

warn contains msg if {
	some sg in input.resource_changes
	sg.type == "aws_security_group"
	blank := [i | some i, block in sg.change.after.ingress; trim_space(block.description) == ""]
	count(blank) > 0
	msg := sprintf("%s: blocks %v say nothing of themselves", [sg.address, blank])
}
