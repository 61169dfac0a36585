# input: web.json
# rego: v1
# namespace: main
package main

deny_snapshot contains rc.address if {
	some rc in input.resource_changes
	rc.type == "aws_db_instance"
	rc.change.after.skip_final_snapshot
	not rc.change.after.final_snapshot_identifier
}
