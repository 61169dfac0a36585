# input: shop.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	n := count(rc.change.after.tags_all)
	n > 5
	msg := sprintf("%s has %d tags", [rc.type, n])
}
