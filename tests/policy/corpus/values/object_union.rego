# input: web.json
# rego: v1
# namespace: main
package main

defaults := {"owner": "nobody", "limits": {"cpu": 1, "memory": 2}}

deny contains merged if {
	merged := object.union(defaults, {"owner": input.resource_changes[0].name, "limits": {"cpu": 4}})
}
