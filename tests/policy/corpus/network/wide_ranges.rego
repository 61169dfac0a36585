# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	some block in rc.change.after.ingress
	width := (block.to_port - block.from_port) + 1
	width > 1000
	msg := sprintf("%s opens %d ports (%.2f %% of all)", [rc.name, width, (width * 100) / 65536])
}
