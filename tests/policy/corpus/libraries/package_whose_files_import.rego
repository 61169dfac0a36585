# input: web.json
# rego: v1
# namespace: main
# modules: lib/plan.rego lib/users_a.rego lib/users_b.rego
package main

# The second file of the package has an import of its own.
import data.lib.users

deny contains msg if {
	some msg in users.made
}
