# input: web.json
# rego: v1
# namespace: main
package main

default limit := 100

limit := 500 if input.variables.region.value == "us-east-1"

deny contains msg if {
	some rc in input.resource_changes
	size := rc.change.after.allocated_storage
	size > limit
	msg := sprintf("%s: %d GB are more than %d GB (%dx)", [rc.address, size, limit, size / limit])
}
