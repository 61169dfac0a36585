# input: web.json
# rego: v1
# namespace: main
# needs: net.cidr_contains_matches
package main

nets := {"offices": "10.1.0.0/16", "everything": "0.0.0.0/0"}

wanted := {rc.address: cidr |
	some rc in input.resource_changes
	rc.type == "aws_security_group_rule"
	some cidr in rc.change.after.cidr_blocks
	cidr != "10.0.0.0/8"
}

deny contains msg if {
	some pair in net.cidr_contains_matches(nets, wanted)
	msg := sprintf("%s holds the network of %s", [pair[0], pair[1]])
}
