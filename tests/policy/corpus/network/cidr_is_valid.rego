# input: web.json
# rego: v1
# namespace: main
package main

candidates := {"10.0.0.0/8", "10.0.0.0/33", "300.1.1.1/8", "::/0"} | {cidr |
	some rc in input.resource_changes
	some cidr in rc.change.after.cidr_blocks
}

deny contains sprintf("%s is no network", [c]) if {
	some c in candidates
	not net.cidr_is_valid(c)
}
