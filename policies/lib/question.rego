# The question that policy is asked: at `plan` it stands beside the plan, everywhere else it is the input.
package lib.question

asked := input.mayfly if input.mayfly

asked := input if not input.mayfly

# The team's own record in data.teams, empty when there is none.
default team := {}

team := data.teams[asked.actor.team]

# How many of a kind (`person`, `team`) are allowed at once: the team's own number goes before the general one.
quota(kind) := team.quota[kind]

quota(kind) := data.quotas[kind] if not team.quota[kind]

# When it is asked.
now_ns := asked.time.now_ns

# The exceptions of data.exceptions that hold for this question. What they name has to be so, all of it;
# one without an end, or whose end has passed, is none.
exceptions contains one if {
	some one in data.exceptions
	now_ns < time.parse_rfc3339_ns(sprintf("%sT00:00:00Z", [one.until]))
	every key, wanted in object.remove(one, ["point", "rules", "until", "reason"]) {
		facts[key] == wanted
	}
}

facts := {
	"team": asked.actor.team,
	"person": asked.actor.id,
	"project": asked.project,
	"template": asked.template.name,
}
