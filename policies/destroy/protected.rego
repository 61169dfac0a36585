# What only operators destroy before its end, not even its owner alone: data.protected. Who may go past that, with a
# reason, is in data.enforcement. The end of its life is not in this: that comes all the same.
package destroy

import data.lib.pattern as patterns

deny_protected contains finding if {
	input.actor.kind == "person"
	not "operator" in input.actor.roles
	some why in protected
	finding := {
		"msg": sprintf("%s is protected: %s.", [input.environment.name, why]),
		"fix": "Ask an operator to destroy it, or let it come to its end.",
	}
}

# Somebody might still work with it.
warn_owner contains finding if {
	input.actor.kind == "person"
	input.actor.id != input.environment.owner
	finding := {"msg": sprintf("%s is not yours; <@%s> owns it.", [input.environment.name, input.environment.owner])}
}

protected contains why if {
	some project in data.protected.projects
	input.project == project
	why := sprintf("everything of the project %s is", [project])
}

protected contains why if {
	some pattern in data.protected.environments
	patterns.matches(pattern, input.environment.name)
	why := sprintf("its name matches %s", [pattern])
}
