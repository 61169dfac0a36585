# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some name, call in input.configuration.root_module.module_calls
	startswith(call.source, "./")
	msg := sprintf("module %s is %s", [name, call.source])
}
