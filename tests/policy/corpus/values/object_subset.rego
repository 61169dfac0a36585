# input: web.json
# rego: v1
# namespace: main
package main

deny contains rc.address if {
	some rc in input.resource_changes
	object.subset(rc.change.after, {"engine": "redis", "num_cache_clusters": 1})
}
