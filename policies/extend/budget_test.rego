package extend

import data.lib.sample

test_over_the_budget_is_denied if {
	count(deny_budget) == 1 with input as sample.asked(500, 501) with data.budget as {"over": "deny"}
	count(deny_budget) == 0 with input as sample.asked(20000, 501) with data.budget as {"over": "deny"}
}

test_over_the_budget_may_be_approved if {
	count(approval_budget) == 1 with input as sample.asked(500, 501) with data.budget as {"over": "approval"}
	count(approval_budget) == 0 with input as sample.asked(20000, 501) with data.budget as {"over": "approval"}
}

test_little_left_is_said if {
	count(warn_budget) == 1 with input as sample.asked(5000, 1000) with data.budget as {"warn_at_percent": 80}
	count(warn_budget) == 0 with input as sample.asked(20000, 501) with data.budget as {"warn_at_percent": 80}
}
