# input: change.json
# rego: v1
# namespace: main
package main

differing[rc.address] contains key if {
	some rc in input.resource_changes
	rc.change.actions == ["update"]
	some key, after in rc.change.after
	before := rc.change.before[key]
	before != after
}

deny contains msg if {
	some address, keys in differing
	msg := sprintf("%s: %v", [address, keys])
}
