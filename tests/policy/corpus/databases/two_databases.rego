# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	engines := {rc.change.after.engine | some rc in input.resource_changes; rc.type == "aws_db_instance"}
	count(engines) > 1
	msg := sprintf("one engine is enough: %v", [engines])
}
