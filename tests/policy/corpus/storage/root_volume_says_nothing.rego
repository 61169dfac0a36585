# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_instance"
	object.get(rc, ["change", "after", "root_block_device", 0, "encrypted"], false) == false
	msg := concat(" ", ["instance", rc.name, "has a root volume in clear"])
}
