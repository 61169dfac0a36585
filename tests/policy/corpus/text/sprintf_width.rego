# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_instance"
	msg := sprintf("|%-10s|%10s|%5d|%05d|%x|", [rc.name, rc.mode, 42, 42, 255])
}
