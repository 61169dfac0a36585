# input: trio.json
# rego: v1
# namespace: main
package main

deny contains name if {
	some name, variable in input.configuration.root_module.variables
	not variable.description
}
