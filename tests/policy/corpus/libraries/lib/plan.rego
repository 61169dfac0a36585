package lib.plan

created contains rc if {
	some rc in input.resource_changes
	"create" in rc.change.actions
}

of_type(type) := {rc | some rc in created; rc.type == type}

label(rc) := sprintf("%s (%s)", [rc.address, concat(",", rc.change.actions)])
