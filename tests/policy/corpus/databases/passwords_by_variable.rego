# input: trio.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.configuration.root_module.resources
	rc.expressions.password.constant_value
	msg := sprintf("%s has its password in clear", [rc.address])
}

warn contains msg if {
	some rc in input.configuration.root_module.resources
	some ref in rc.expressions.password.references
	name := trim_prefix(ref, "var.")
	not input.configuration.root_module.variables[name].sensitive
	msg := sprintf("variable %s is not marked as sensitive", [name])
}
