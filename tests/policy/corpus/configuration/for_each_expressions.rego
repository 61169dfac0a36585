# input: trio.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.configuration.root_module.resources
	each := rc.for_each_expression.constant_value
	ports := [p | some p in each]
	max(ports) > 6000
	next := {k: n | some k, p in each; n := p + 1}
	msg := sprintf("%s: %v", [rc.address, next])
}
