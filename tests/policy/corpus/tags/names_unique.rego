# input: web.json
# rego: v1
# namespace: main
package main

names := [name | some rc in input.resource_changes; name := rc.change.after.name]

deny contains msg if {
	count(names) == count({n | some n in names})
	msg := sprintf("%d names, all different: %v", [count(names), sort(names)])
}
