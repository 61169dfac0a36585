# input: change.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	some key, marked in rc.change.after_sensitive
	marked == true
	rc.change.before[key] != rc.change.after[key]
	msg := sprintf("the secret %s.%s is another one", [rc.address, key])
}
