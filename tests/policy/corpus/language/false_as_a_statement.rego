# input: web.json
# rego: v1
# namespace: main
package main

deny contains rc.name if {
	some rc in input.resource_changes
	rc.change.after.storage_encrypted
}

warn contains rc.name if {
	some rc in input.resource_changes
	not rc.change.after.storage_encrypted
	rc.type == "aws_db_instance"
}
