# input: web.json
# rego: v1
# namespace: main
package main

allowed := ["db.t3.*", "db.t4g.*", "db.m6?.large"]

permitted(class) if {
	some pattern in allowed
	glob.match(pattern, ["."], class)
}

deny contains msg if {
	some db in input.resource_changes
	db.type == "aws_db_instance"
	not permitted(db.change.after.instance_class)
	msg := sprintf("%s: %s is none of %s", [db.address, db.change.after.instance_class, concat(" ", allowed)])
}
