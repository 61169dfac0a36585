# input: trio.json
# rego: v1
# namespace: main
package main

defaults := {"postgres": 5432, "redis": 6379}

deny contains msg if {
	some key, port in defaults
	some rc in input.resource_changes
	rc.index == key
	rc.change.after.from_port == port
	msg := sprintf("%s keeps its usual port %d", [key, port])
}
