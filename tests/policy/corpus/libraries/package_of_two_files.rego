# input: web.json
# rego: v1
# namespace: main
# modules: lib/checks_a.rego lib/checks_b.rego
package main

# What `open_to_all` needs stands in the package's other file.
import data.lib.checks

deny contains msg if {
	some address in checks.open_to_all
	msg := sprintf("%s is open", [address])
}
