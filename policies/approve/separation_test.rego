package approve

import data.lib.sample

separation_asked(actor, answer) := {
	"actor": {"kind": "person", "id": actor, "team": "payments", "roles": ["platform-lead"]},
	"approval": {"rules": ["plan.approval_cost"], "requester": "UALICE", "answer": answer},
	"environment": {"team": "payments"},
}

test_nobody_approves_their_own if {
	said := sample.messages(deny_own) with input as separation_asked("UALICE", "approve") with data.approval as {}
	said == {"This is your own request: somebody else has to approve it."}
	count(deny_own) == 0 with input as separation_asked("UALICE", "deny") with data.approval as {}
	count(deny_own) == 0 with input as separation_asked("UBOB", "approve") with data.approval as {}
}

test_going_past_a_denial_is_no_approval if {
	past := object.union(separation_asked("UALICE", "approve"), {"approval": {"overrides": true}})
	rules := {"other_team": true}
	count(deny_own) == 0 with input as past with data.approval as rules
	count(deny_team) == 0 with input as past with data.approval as rules with data.teams as {}
}

test_a_rule_may_let_the_requester_approve if {
	let := object.union(separation_asked("UALICE", "approve"), {"approval": {"by_requester": true}})
	count(deny_own) == 0 with input as let with data.approval as {}
	not_let := object.union(separation_asked("UALICE", "approve"), {"approval": {"by_requester": false}})
	count(deny_own) == 1 with input as not_let with data.approval as {}
}

test_machines_approve_nothing if {
	machine := object.union(separation_asked("", "approve"), {"actor": {"kind": "scheduler"}})
	said := sample.messages(deny_machine) with input as machine
	said == {"An approval is a person's answer, and this came from the scheduler."}
	count(deny_machine) == 0 with input as separation_asked("UBOB", "approve")
	denying := object.union(separation_asked("", "deny"), {"actor": {"kind": "scheduler"}})
	count(deny_machine) == 0 with input as denying
}

test_another_team_may_be_wanted if {
	own := {"other_team": true}
	said := sample.messages(deny_team) with input as separation_asked("UBOB", "approve") with data.approval as own
		with data.teams as {}
	said == {"You are in the team payments, as the requester is; another team has to approve."}
	count(deny_team) == 0 with input as separation_asked("UBOB", "deny") with data.approval as own with data.teams as {}
	count(deny_team) == 0 with input as separation_asked("UBOB", "approve") with data.approval as {} with data.teams as {}
	other := object.union(separation_asked("UCAROL", "approve"), {"actor": {"team": "platform"}})
	count(deny_team) == 0 with input as other with data.approval as own with data.teams as {}
}

test_teams_are_those_of_data_as_well if {
	question := object.remove(object.union(separation_asked("UBOB", "approve"), {"actor": {"team": null}}), ["environment"])
	teams := {"search": {"members": ["UALICE", "UBOB"]}, "other": {"members": ["UCAROL"]}}
	found := deny_team with input as question with data.approval as {"other_team": true} with data.teams as teams
	{one.fix | some one in found} == {"Ask an approver who is not in search."}
	apart := {"search": {"members": ["UALICE"]}, "other": {"members": ["UBOB"]}}
	count(deny_team) == 0 with input as question with data.approval as {"other_team": true}
		with data.teams as apart
}

test_nobody_is_of_the_team_of_nobody if {
	teamless := object.union(separation_asked("UBOB", "approve"), {"actor": {"team": null}, "environment": {"team": null}})
	count(deny_team) == 0 with input as teamless with data.approval as {"other_team": true} with data.teams as {}
}
