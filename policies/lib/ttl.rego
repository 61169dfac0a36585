# The longest time to live that applies: data.ttl.maximum, its templates, and the team's own.
package lib.ttl

import data.lib.question
import data.lib.span

# {seconds, why}: the least of all.
maximum := {"seconds": least, "why": reasons} if {
	least := min([bound.seconds | some bound in bounds])
	reasons := concat(" and ", sort([bound.why | some bound in bounds; bound.seconds == least]))
}

bounds contains {"seconds": span.seconds(data.ttl.maximum), "why": "any environment"}

bounds contains {"seconds": span.seconds(found), "why": sprintf("the template %s", [name])} if {
	name := question.asked.template.name
	found := data.ttl.templates[name]
}

bounds contains {"seconds": span.seconds(found), "why": sprintf("the team %s", [name])} if {
	name := question.asked.actor.team
	found := data.ttl.teams[name]
}
