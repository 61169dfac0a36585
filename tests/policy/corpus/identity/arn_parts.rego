# input: shop.json
# rego: v1
# namespace: main
package main

arn(text) := {"service": parts[2], "account": parts[4], "resource": concat(":", array.slice(parts, 5, count(parts)))} if {
	parts := split(text, ":")
	count(parts) >= 6
}

deny contains sprintf("%s/%s", [found.account, found.resource]) if {
	some rc in input.resource_changes
	found := arn(rc.change.after.role)
	found.service == "iam"
}
