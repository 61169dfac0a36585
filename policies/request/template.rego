# Which templates a team may use at all.
package request

import data.lib.planned
import data.lib.question

deny_template contains finding if {
	allowed := question.team.templates
	not input.template.name in allowed
	finding := {
		"msg": sprintf("Your team %s does not use the template %s.", [input.actor.team, input.template.name]),
		"fix": sprintf("Take one of %s.", [planned.listed(allowed)]),
	}
}
