# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some limit in [1, 100]
	count(input.resource_changes) > limit
	msg := sprintf("more than %d", [limit])
}

limit := 50
