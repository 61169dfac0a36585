# What only its owner and operators may destroy: data.protected. The end of its life is not in this.
package destroy

import data.lib.pattern as patterns

deny_protected contains finding if {
	input.actor.kind == "person"
	input.actor.id != input.environment.owner
	not "operator" in input.actor.roles
	some why in protected
	finding := {
		"msg": sprintf("%s is protected: %s.", [input.environment.name, why]),
		"fix": sprintf("Ask its owner (<@%s>) or an operator to destroy it.", [input.environment.owner]),
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
