# How many environments a person and a team may have at once: data.quotas, teams.<team>.quota.
package request

import data.lib.question

deny_quota_person contains finding if {
	most := question.quota("person")
	input.counts.person >= most
	finding := {
		"msg": sprintf("You have %d environments; %d are allowed at once.", [input.counts.person, most]),
		"fix": "Destroy one that you no longer need: `/infra list` shows them.",
	}
}

deny_quota_team contains finding if {
	most := question.quota("team")
	input.counts.team >= most
	finding := {
		"msg": sprintf("Your team %s has %d environments; %d are allowed at once.", [
			input.actor.team,
			input.counts.team,
			most,
		]),
		"fix": "Somebody of the team destroys one that is no longer needed: `/infra list team` shows them.",
	}
}

deny_quota_all contains finding if {
	input.counts.all >= data.quotas.all
	finding := {
		"msg": sprintf("There are %d environments; %d are allowed at once.", [input.counts.all, data.quotas.all]),
		"fix": "Wait until some have ended, or ask an operator.",
	}
}
