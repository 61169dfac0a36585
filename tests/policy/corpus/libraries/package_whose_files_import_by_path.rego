# input: web.json
# rego: v1
# namespace: main
# modules: lib/plan.rego lib/users_a.rego lib/users_b.rego
package main

deny contains msg if {
	some msg in data.lib.users.made
}
