# input: web.json
# rego: v1
# namespace: main
package main

names := {22: "ssh", 5432: "postgres", 3389: "rdp"}

deny contains msg if {
	some rc in input.resource_changes
	rc.type in ["aws_security_group_rule", "aws_vpc_security_group_ingress_rule"]
	port := rc.change.after.from_port
	name := names[port]
	msg := sprintf("%s (%d) by %s", [upper(name), port, rc.address])
}
