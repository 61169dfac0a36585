# input: web.json
# rego: v1
# namespace: main
package main

names := {"22": "ssh", "5432": "postgres"}

deny contains msg if {
	some rc in input.resource_changes
	port := rc.change.after.from_port
	name := names[sprintf("%d", [port])]
	msg := sprintf("%s is reached by %s", [name, rc.address])
}
