# input: trio.json
# rego: v1
# namespace: main
package main

inside(cidr) if net.cidr_contains("172.16.0.0/12", cidr)

inside(cidr) if net.cidr_contains("10.0.0.0/8", cidr)

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_vpc_security_group_ingress_rule"
	not inside(rc.change.after.cidr_ipv4)
	msg := sprintf("%s: %s is no private network", [rc.address, rc.change.after.cidr_ipv4])
}
