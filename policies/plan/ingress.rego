# What the internet may reach: the ports of data.ingress.ports, and nothing else.
package plan

import data.lib.planned

deny_ingress contains finding if {
	some opening in ingress_opened
	some cidr in opening.cidrs
	cidr in {"0.0.0.0/0", "::/0"}
	not ingress_allowed(opening)
	finding := {
		"msg": sprintf("%s is open to the whole internet (%s) on %s.", [opening.address, cidr, ingress_ports(opening)]),
		"fix": sprintf("Name the networks that need it; only the ports %s may be open to everybody.", [
			concat(", ", [sprintf("%d", [port]) | some port in sort(data.ingress.ports)]),
		]),
		"resource": opening.address,
	}
}

ingress_opened contains opening if {
	some one in planned.touched
	one.type in {"aws_security_group", "aws_default_security_group"}
	some block in planned.blocks(planned.value(one, "ingress"))
	opening := ingress_of(one, block)
}

ingress_opened contains opening if {
	some one in planned.touched
	one.type == "aws_security_group_rule"
	planned.value(one, "type") == "ingress"
	opening := ingress_of(one, one.values)
}

ingress_opened contains opening if {
	some one in planned.touched
	one.type == "aws_vpc_security_group_ingress_rule"
	opening := {
		"address": one.address,
		"cidrs": [planned.value(one, "cidr_ipv4"), planned.value(one, "cidr_ipv6")],
		"protocol": planned.value(one, "ip_protocol"),
		"from": planned.value(one, "from_port"),
		"to": planned.value(one, "to_port"),
	}
}

ingress_of(one, block) := {
	"address": one.address,
	"cidrs": array.concat(
		ingress_list(planned.field(block, "cidr_blocks")),
		ingress_list(planned.field(block, "ipv6_cidr_blocks")),
	),
	"protocol": planned.field(block, "protocol"),
	"from": planned.field(block, "from_port"),
	"to": planned.field(block, "to_port"),
}

ingress_list(found) := found if is_array(found)

ingress_list(found) := [] if not is_array(found)

# Every port of the range, of a hundred at most, and all of them known; -1 is every protocol, whatever the ports say.
ingress_allowed(opening) if {
	opening.protocol == "tcp"
	is_number(opening.from)
	is_number(opening.to)
	opening.to - opening.from < 100
	every port in numbers.range(opening.from, opening.to) {
		port in data.ingress.ports
	}
}

ingress_ports(opening) := "all ports" if {
	opening.protocol in {"-1", "all"}
} else := "ports that are only known while it is made" if {
	not is_number(opening.from)
} else := sprintf("port %d", [opening.from]) if {
	opening.from == opening.to
} else := sprintf("the ports %d to %d", [opening.from, opening.to])
