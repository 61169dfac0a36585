# input: trio.json
# rego: v1
# namespace: main
package main

ports := [rc.change.after.from_port | some rc in input.resource_changes; rc.change.after.from_port]

deny contains msg if {
	msg := sprintf("%v %v %v %v %v", [sum(ports), product([2, 3]), max(ports), min(ports), sort(ports)])
}
