# input: change.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some name, variable in input.variables
	regex.match(`(?i)(token|secret|password)`, name)
	not input.configuration.root_module.variables[name].sensitive == true
	msg := sprintf("%s is not sensitive", [name])
}

warn contains msg if {
	some name, variable in input.configuration.root_module.variables
	variable.sensitive
	msg := sprintf("%s is sensitive", [name])
}
