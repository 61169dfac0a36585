# input: shop.json
# rego: v1
# namespace: main
package main

merged := object.union_n([rc.change.after.tags_all | some rc in input.resource_changes; rc.change.after.tags_all])

deny contains msg if {
	keys := sort(object.keys(merged))
	msg := sprintf("%s first, %s last", [keys[0], keys[count(keys) - 1]])
}
