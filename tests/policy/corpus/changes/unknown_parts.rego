# input: change.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	walk(rc.change.after_unknown, [path, true])
	count(path) > 1
	msg := sprintf("%s: %s is known later", [rc.address, concat(".", path)])
}
