# input: trio.json
# rego: v1
# namespace: main
package main

deny contains slim if {
	some rc in input.resource_changes
	rc.type == "aws_db_instance"
	slim := json.filter(rc.change, ["after/engine", "after/instance_class", "actions"])
}
