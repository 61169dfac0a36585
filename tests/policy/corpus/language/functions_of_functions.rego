# input: web.json
# rego: v1
# namespace: main
package main

after(rc) := rc.change.after

attribute(rc, name) := object.get(after(rc), name, "none")

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_instance"
	msg := sprintf("%s %s", [attribute(rc, "instance_type"), attribute(rc, "key_name_prefix")])
}
