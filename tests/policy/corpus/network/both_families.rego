# input: web.json
# rego: v1
# namespace: main
package main

families[family] contains rc.address if {
	some rc in input.resource_changes
	some key, family in {"cidr_blocks": "ipv4", "ipv6_cidr_blocks": "ipv6"}
	some block in rc.change.after.ingress
	count(block[key]) > 0
}

deny contains sprintf("open by %s: %s", [family, concat(";", found)]) if {
	some family, found in families
}
