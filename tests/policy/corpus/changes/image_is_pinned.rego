# input: change.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	image := rc.change.after.input.image
	tag := split(image, ":")[1]
	tag == "latest"
	msg := sprintf("%v is no version; it was %v", [tag, split(rc.change.before.input.image, ":")[1]])
}
