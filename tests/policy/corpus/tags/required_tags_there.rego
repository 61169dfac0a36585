# input: shop.json
# rego: v1
# namespace: main
package main

required := ["mayfly:owner", "mayfly:team", "mayfly:project"]

deny contains msg if {
	some rc in input.resource_changes
	is_object(rc.change.after.tags_all)
	some tag in required
	not rc.change.after.tags_all[tag]
	msg := sprintf("%s lacks %s", [rc.address, tag])
}
