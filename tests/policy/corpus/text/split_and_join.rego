# input: trio.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	parts := split(rc.address, ".")
	msg := concat("/", array.reverse(parts))
	count(parts) == 2
	rc.type == "aws_db_instance"
}
