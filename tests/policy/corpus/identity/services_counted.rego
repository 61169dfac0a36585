# input: web.json
# rego: v1
# namespace: main
package main

service(type) := split(type, "_")[1]

per_service[s] := n if {
	some rc in input.resource_changes
	s := service(rc.type)
	n := count([1 | some other in input.resource_changes; service(other.type) == s])
}

deny contains msg if {
	some s, n in per_service
	n >= 3
	msg := sprintf("%-10s %3d", [s, n])
}
