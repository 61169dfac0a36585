# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	value := rc.change.after.storage_encrypted
	msg := sprintf("%s %v", [rc.name, value])
}
