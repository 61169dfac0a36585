# input: trio.json
# rego: v0
# namespace: main
package main

deny[msg] {
  db := input.resource_changes[_]
  db.type == "aws_db_instance"
  db.change.after.publicly_accessible
  msg := sprintf("database %s is public", [db.name])
}
