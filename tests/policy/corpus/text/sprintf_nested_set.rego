# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	kinds := {t: n | some rc in input.resource_changes; t := rc.type; n := {o.name | some o in input.resource_changes; o.type == t}; count(n) > 1}
	msg := sprintf("twice: %v", [kinds])
}
