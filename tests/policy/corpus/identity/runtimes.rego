# input: web.json
# rego: v1
# namespace: main
package main

ended := {"python3.7": "2023-12-04", "nodejs14.x": "2023-12-04"}

deny contains msg if {
	some rc in input.resource_changes
	since := ended[rc.change.after.runtime]
	msg := sprintf("%s: %s ended on %s", [rc.address, rc.change.after.runtime, since])
}
