# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_security_group"
	msg := strings.replace_n({"aws_": "", "_": " ", "open": "closed"}, rc.address)
}
