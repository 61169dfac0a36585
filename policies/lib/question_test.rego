package lib.question_test

import data.lib.question
import data.lib.sample

test_it_stands_beside_a_plan if {
	question.asked == {"a": 1} with input as {"mayfly": {"a": 1}, "resource_changes": []}
	question.asked == {"a": 1} with input as {"a": 1}
}

test_a_team_has_a_record if {
	teams := {"payments": {"quota": {"person": 2}}}
	question.team == {"quota": {"person": 2}} with input as {"actor": {"team": "payments"}} with data.teams as teams
	question.team == {} with input as {"actor": {"team": "search"}} with data.teams as teams
	question.team == {} with input as {"actor": {"team": null}} with data.teams as teams
}

test_a_teams_quota_goes_before_the_general_one if {
	asked := {"actor": {"team": "payments"}}
	teams := {"payments": {"quota": {"person": 2}}}
	question.quota("person") == 2 with input as asked with data.teams as teams with data.quotas as {"person": 5, "team": 9}
	question.quota("team") == 9 with input as asked with data.teams as teams with data.quotas as {"person": 5, "team": 9}
	question.quota("person") == 2 with input as asked with data.teams as teams with data.quotas as {}
}

exceptions := [
	{"point": "plan", "rules": ["a"], "project": "checkout", "until": "2026-11-24", "reason": "r"},
	{"point": "plan", "rules": ["b"], "project": "checkout", "team": "search", "until": "2026-11-24"},
	{"point": "plan", "rules": ["c"], "until": "2026-11-23"},
	{"point": "plan", "rules": ["d"]},
]

test_an_exception_holds_for_what_it_names_until_its_end if {
	held := {one.rules[0] | some one in question.exceptions} with input as sample.asked(0, 0)
		with data.exceptions as exceptions
	held == {"a"}
	midnight := object.union(sample.asked(0, 0), {"time": {"now_ns": 1795478400000000000}})
	over := {one.rules[0] | some one in question.exceptions} with input as midnight with data.exceptions as exceptions
	over == set()
}
