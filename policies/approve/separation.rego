# Who may not approve, whatever role they have: four eyes are four eyes, where the rule that asks does not say that whoever
# asks may answer (`by_requester`). To go past a denial with a role that may (`overrides`) is no approval: it takes a
# reason, and is in the audit trail.
package approve

import data.lib.planned

# Saying no to one's own request is no harm.
deny_own contains finding if {
	input.approval.answer == "approve"
	input.actor.id == input.approval.requester
	not input.approval.overrides == true
	not input.approval.by_requester == true
	finding := {
		"msg": "This is your own request: somebody else has to approve it.",
		"fix": "Wait for one of the other approvers.",
	}
}

deny_machine contains finding if {
	input.approval.answer == "approve"
	input.actor.kind != "person"
	finding := {
		"msg": sprintf("An approval is a person's answer, and this came from the %s.", [input.actor.kind]),
		"fix": "One of the approvers presses the button.",
	}
}

# Where data.approval.other_team says so: not within the team that asked.
deny_team contains finding if {
	data.approval.other_team == true
	input.approval.answer == "approve"
	not input.approval.overrides == true
	some team in requester_teams
	team in approver_teams
	finding := {
		"msg": sprintf("You are in the team %s, as the requester is; another team has to approve.", [team]),
		"fix": sprintf("Ask an approver who is not in %s.", [planned.listed(requester_teams)]),
	}
}

requester_teams contains name if {
	some name, team in data.teams
	input.approval.requester in team.members
}

requester_teams contains input.environment.team if is_string(input.environment.team)

approver_teams contains input.actor.team if is_string(input.actor.team)

approver_teams contains name if {
	some name, team in data.teams
	input.actor.id in team.members
}
