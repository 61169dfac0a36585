# input: shop.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	foreign := [k | some k, _ in rc.change.after.tags_all; not startswith(k, "mayfly:")]
	foreign != []
	msg := sprintf("%v", [foreign])
}
