# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.configuration.root_module.resources
	password := rc.expressions.password.constant_value
	msg := sprintf("the password of %s stands in the configuration (%d characters)", [rc.address, count(password)])
}
