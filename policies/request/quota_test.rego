package request

import data.lib.sample

test_a_person_has_so_many if {
	said := sample.messages(deny_quota_person) with input as sample.asked(0, 0) with data.quotas as {"person": 1}
		with data.teams as {}
	said == {"You have 1 environments; 1 are allowed at once."}
	count(deny_quota_person) == 0 with input as sample.asked(0, 0) with data.quotas as {"person": 2}
		with data.teams as {}
}

test_a_team_has_so_many if {
	said := sample.messages(deny_quota_team) with input as sample.asked(0, 0) with data.quotas as {"team": 9}
		with data.teams as {"payments": {"quota": {"team": 4}}}
	said == {"Your team payments has 4 environments; 4 are allowed at once."}
	count(deny_quota_team) == 0 with input as sample.asked(0, 0) with data.quotas as {"team": 5}
		with data.teams as {}
}

test_everybody_has_so_many if {
	said := sample.messages(deny_quota_all) with input as sample.asked(0, 0) with data.quotas as {"all": 9}
	said == {"There are 9 environments; 9 are allowed at once."}
	count(deny_quota_all) == 0 with input as sample.asked(0, 0) with data.quotas as {"all": 10}
	count(deny_quota_all) == 0 with input as sample.asked(0, 0) with data.quotas as {}
}
