# input: shop.json
# rego: v1
# namespace: main
package main

children[child.address] := count(child.resources) if {
	some child in input.planned_values.root_module.child_modules
}

deny contains msg if {
	total := sum([n | some n in children])
	total > 3
	msg := sprintf("%d modules with %d resources", [count(children), total])
}
