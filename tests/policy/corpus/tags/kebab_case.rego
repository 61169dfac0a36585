# input: web.json
# rego: v1
# namespace: main
package main

kebab(text) := trim(regex.replace(lower(text), `[^a-z0-9]+`, "-"), "-")

deny contains msg if {
	some rc in input.resource_changes
	some name in {rc.change.after.bucket, rc.change.after.name}
	is_string(name)
	kebab(name) != name
	msg := sprintf("%s -> %s", [name, kebab(name)])
}
