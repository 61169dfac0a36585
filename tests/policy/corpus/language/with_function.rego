# input: web.json
# rego: v1
# namespace: main
package main

expensive(type) if type == "aws_db_instance"

nothing_is(_) := false

n := count([1 | some rc in input.resource_changes; expensive(rc.type)])

deny contains msg if {
	all_of := n
	none := n with expensive as nothing_is
	msg := sprintf("%d, or %d", [all_of, none])
}
