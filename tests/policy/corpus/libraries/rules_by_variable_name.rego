# input: web.json
# rego: v1
# namespace: main
# modules: lib/checks_a.rego lib/checks_b.rego
package main

wanted := ["world", "open_to_all"]

deny contains msg if {
	some name in wanted
	value := data.lib.checks[name]
	msg := sprintf("%s is a %s", [name, type_name(value)])
}
