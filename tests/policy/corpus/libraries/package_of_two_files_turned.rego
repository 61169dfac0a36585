# input: web.json
# rego: v1
# namespace: main
# modules: lib/checks_b.rego lib/checks_a.rego
package main

import data.lib.checks

deny contains msg if {
	some address in checks.open_to_all
	msg := sprintf("%s is open", [address])
}
