# input: web.json
# rego: v0
# namespace: main
package main

import future.keywords.every
import future.keywords.in

all_named {
	every db in dbs {
		startswith(db.change.after.identifier, "calm-otter")
	}
}

dbs := [rc | rc := input.resource_changes[_]; rc.type == "aws_db_instance"]

deny["a database has a strange name"] {
	not all_named
}

warn[msg] {
	all_named
	msg := sprintf("%d databases, all well named", [count(dbs)])
}
