# input: trio.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some name, variable in input.configuration.root_module.variables
	"default" in object.keys(variable)
	variable.default == null
	msg := sprintf("%s may be %v", [name, variable.default])
}
