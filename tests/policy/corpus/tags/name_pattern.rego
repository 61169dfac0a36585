# input: web.json
# rego: v1
# namespace: main
package main

deny_naming contains msg if {
	some rc in input.resource_changes
	name := object.get(rc.change.after, "identifier", object.get(rc.change.after, "bucket", null))
	name != null
	not regex.match("^[a-z]+-[a-z]+(-[a-z0-9]+)?$", name)
	msg := sprintf("%s: %s", [rc.address, name])
}
