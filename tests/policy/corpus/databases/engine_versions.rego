# input: web.json
# rego: v1
# namespace: main
package main

least := {"postgres": [14, 0], "mysql": [8, 0]}

version(text) := [to_number(part) | some part in split(text, ".")]

deny contains msg if {
	some db in input.resource_changes
	db.type == "aws_db_instance"
	floor_of := least[db.change.after.engine]
	version(db.change.after.engine_version) < floor_of
	msg := sprintf("%v is older than %v", [version(db.change.after.engine_version), floor_of])
}
