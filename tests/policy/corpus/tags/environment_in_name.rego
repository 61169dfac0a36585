# input: trio.json
# rego: v1
# namespace: main
package main

environment := input.variables.mayfly_environment.value

deny contains msg if {
	some rc in input.resource_changes
	some attribute in ["identifier", "bucket", "replication_group_id", "name"]
	name := rc.change.after[attribute]
	not startswith(name, environment)
	msg := sprintf("%s does not begin with %s", [name, environment])
}

warn contains msg if {
	named := [a |
		some rc in input.resource_changes
		some attribute in ["identifier", "bucket", "replication_group_id", "name"]
		startswith(rc.change.after[attribute], environment)
		a := rc.type
	]
	msg := sprintf("%d names are right: %s", [count(named), concat("|", named)])
}
