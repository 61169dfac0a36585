# input: web.json
# rego: v1
# namespace: main
# modules: lib/plan.rego
package main

import data.lib.plan

deny contains msg if {
	none := count(plan.created) with input as {"resource_changes": []}
	here := count(plan.created)
	msg := sprintf("%d and %d", [none, here])
}
