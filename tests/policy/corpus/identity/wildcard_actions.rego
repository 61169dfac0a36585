# input: web.json
# rego: v1
# namespace: main
package main

wildcards := [action |
	some rc in input.resource_changes
	some s in json.unmarshal(rc.change.after.policy).Statement
	some action in s.Action
	endswith(action, "*")
]

deny contains msg if {
	count(wildcards) > 0
	msg := sprintf("actions with a star: %v", [wildcards])
}

warn contains "no action has a star" if count(wildcards) == 0
