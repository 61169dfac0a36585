package plan

import data.lib.sample

ingress_rules := {"ports": [443, 80]}

ingress_group(block) := sample.made("aws_security_group", {"ingress": [block]})

ingress_opening(cidr, from, to) := {"cidr_blocks": [cidr], "protocol": "tcp", "from_port": from, "to_port": to}

test_a_port_is_not_for_everybody if {
	found := deny_ingress with input as ingress_group(ingress_opening("0.0.0.0/0", 22, 22)) with data.ingress as ingress_rules
	found == {{
		"msg": "aws_security_group.x is open to the whole internet (0.0.0.0/0) on port 22.",
		"fix": "Name the networks that need it; only the ports 80, 443 may be open to everybody.",
		"resource": "aws_security_group.x",
	}}
	count(deny_ingress) == 0 with input as ingress_group(ingress_opening("0.0.0.0/0", 443, 443)) with data.ingress as ingress_rules
	count(deny_ingress) == 0 with input as ingress_group(ingress_opening("10.0.0.0/8", 22, 22)) with data.ingress as ingress_rules
	count(deny_ingress) == 0 with input as sample.made("aws_security_group", {"ingress": null})
		with data.ingress as ingress_rules
}

test_a_range_is_all_of_its_ports if {
	count(deny_ingress) == 0 with input as ingress_group(ingress_opening("0.0.0.0/0", 80, 81)) with data.ingress as {"ports": [80, 81]}
	said := sample.messages(deny_ingress) with input as ingress_group(ingress_opening("0.0.0.0/0", 80, 443)) with data.ingress as ingress_rules
	said == {"aws_security_group.x is open to the whole internet (0.0.0.0/0) on the ports 80 to 443."}
}

test_every_protocol_is_every_port if {
	everything := {"ipv6_cidr_blocks": ["::/0"], "protocol": "-1", "from_port": 0, "to_port": 0}
	said := sample.messages(deny_ingress) with input as ingress_group(everything) with data.ingress as {"ports": [0]}
	said == {"aws_security_group.x is open to the whole internet (::/0) on all ports."}
}

test_rules_of_their_own_are_judged if {
	rule := object.union(ingress_opening("0.0.0.0/0", 22, 22), {"type": "ingress"})
	count(deny_ingress) == 1 with input as sample.made("aws_security_group_rule", rule) with data.ingress as ingress_rules
	leaving := object.union(rule, {"type": "egress"})
	count(deny_ingress) == 0 with input as sample.made("aws_security_group_rule", leaving) with data.ingress as ingress_rules
	newer := {"cidr_ipv4": "0.0.0.0/0", "ip_protocol": "tcp", "from_port": 5432, "to_port": 5432}
	count(deny_ingress) == 1 with input as sample.made("aws_vpc_security_group_ingress_rule", newer)
		with data.ingress as ingress_rules
	preview := sample.previewed("aws:ec2/securityGroup:SecurityGroup", {"ingress": [{
		"cidrBlocks": ["0.0.0.0/0"],
		"protocol": "tcp",
		"fromPort": 22,
		"toPort": 22,
	}]})
	count(deny_ingress) == 1 with input as preview with data.ingress as ingress_rules
}

test_ports_that_are_known_later_are_not_for_everybody if {
	later := ingress_group({"cidr_blocks": ["0.0.0.0/0"], "protocol": "tcp", "from_port": null, "to_port": null})
	said := sample.messages(deny_ingress) with input as later with data.ingress as ingress_rules
	said == {concat("", [
		"aws_security_group.x is open to the whole internet (0.0.0.0/0) on ",
		"ports that are only known while it is made.",
	])}
}

test_other_types_are_not_judged if {
	blocks := {"ingress": [ingress_opening("0.0.0.0/0", 22, 22)]}
	count(deny_ingress) == 1 with input as sample.made("aws_default_security_group", blocks) with data.ingress as ingress_rules
	count(deny_ingress) == 0 with input as sample.made("aws_network_acl", blocks) with data.ingress as ingress_rules
	rule := object.union(ingress_opening("0.0.0.0/0", 22, 22), {"type": "ingress", "cidr_ipv4": "0.0.0.0/0"})
	count(deny_ingress) == 0 with input as sample.made("other_rule", rule) with data.ingress as ingress_rules
}

test_a_range_of_a_hundred_ports_is_too_much if {
	all_of := {"ports": numbers.range(1, 200)}
	count(deny_ingress) == 0 with input as ingress_group(ingress_opening("0.0.0.0/0", 1, 100)) with data.ingress as all_of
	count(deny_ingress) == 1 with input as ingress_group(ingress_opening("0.0.0.0/0", 1, 101)) with data.ingress as all_of
}
