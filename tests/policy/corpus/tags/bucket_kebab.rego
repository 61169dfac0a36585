# input: web.json
# rego: v1
# namespace: main
package main

kebab(text) := trim(regex.replace(lower(text), `[^a-z0-9]+`, "-"), "-")

deny contains msg if {
	some rc in input.resource_changes
	name := rc.change.after.bucket
	better := kebab(name)
	better != name
	msg := sprintf("%s -> %s", [name, better])
}
