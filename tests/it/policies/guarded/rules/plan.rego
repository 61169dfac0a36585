# What the plan itself shows.
package main

deny_large contains {"msg": sprintf("%s is large.", [change.address])} if {
	some change in input.resource_changes
	change.change.after.input == "large"
}

deny_planned contains msg if {
	some change in input.resource_changes
	change.change.after.input == "planned"
	msg := {
		"msg": sprintf("%s holds what must not be planned.", [change.address]),
		"fix": "Take another note.",
		"resource": change.address,
	}
}
