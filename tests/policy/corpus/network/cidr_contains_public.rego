# input: web.json
# rego: v1
# namespace: main
package main

private := ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]

deny_public contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_vpc_security_group_ingress_rule"
	cidr := rc.change.after.cidr_ipv4
	count([p | some p in private; net.cidr_contains(p, cidr)]) == 0
	msg := sprintf("%-50s|%6d", [rc.address, rc.change.after.from_port])
}
