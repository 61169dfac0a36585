# input: web.json
# rego: v1
# namespace: main
# modules: lib/checks_a.rego lib/checks_b.rego
package main

deny contains msg if {
	found := data.lib.checks
	msg := sprintf("%d open, world is %s", [count(found.open_to_all), found.world])
}
