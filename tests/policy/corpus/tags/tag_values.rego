# input: shop.json
# rego: v1
# namespace: main
package main

patterns := {"mayfly:cost-center": `^CC-\d{4}$`, "mayfly:owner": `^[^@]+@example\.org$`, "mayfly:team": `^[a-z]+$`}

deny contains msg if {
	some rc in input.resource_changes
	some key, value in rc.change.after.tags_all
	not regex.match(patterns[key], value)
	patterns[key]
	msg := sprintf("%s: %s=%s", [rc.address, key, value])
}
