# input: web.json
# rego: v1
# namespace: main
package main

# null is not false, and neither is true.
deny contains msg if {
	some db in input.resource_changes
	db.type == "aws_db_instance"
	not db.change.after.storage_encrypted
	msg := sprintf("%s: storage_encrypted is %v", [db.address, object.get(db.change.after, "storage_encrypted", "missing")])
}
