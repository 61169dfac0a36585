# input: web.json
# rego: v1
# namespace: main
package main

taggable contains rc.address if {
	some rc in input.resource_changes
	"tags_all" in object.keys(rc.change.after)
}

taggable contains rc.address if {
	some rc in input.resource_changes
	rc.change.after_unknown.tags_all
}

deny contains msg if {
	some rc in input.resource_changes
	rc.address in taggable
	object.get(rc.change.after, "tags_all", {}) == null
	msg := sprintf("%s: tags are not known", [rc.address])
}
