# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_security_group"
	first := object.get(rc, ["change", "after", "ingress", 0, "cidr_blocks", 0], "nothing")
	second := object.get(rc, ["change", "after", "egress", 0, "cidr_blocks", 0], "nothing")
	msg := sprintf("%s %s %s", [first, second, object.get(rc, [], "whole").name])
}
