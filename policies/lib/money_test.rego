package lib.money_test

import data.lib.money
import data.lib.sample

test_amounts_are_read_to_the_millionth if {
	money.micros("12.50") == 12500000
	money.micros("0.000001") == 1
	not money.micros("a lot")
	not money.micros("-1")
}

test_over_the_budget_is_denied if {
	said := sample.messages(money.denials) with input as sample.asked(500, 501) with data.budget as {"over": "deny"}
	said == {concat("", [
		"This takes USD 5.01 of the budget of payments in 2026-11, of which ",
		"USD 5.00 is left (of USD 200.00).",
	])}
}

test_the_last_cent_may_be_spent if {
	count(money.denials) == 0 with input as sample.asked(500, 500) with data.budget as {"over": "deny"}
}

test_over_the_budget_may_be_approved if {
	rules := {"over": "approval", "approvers": ["role:finance"], "needed": 2}
	count(money.denials) == 0 with input as sample.asked(500, 501) with data.budget as rules
	found := money.approvals with input as sample.asked(500, 501) with data.budget as rules
	{[one.approvers, one.needed] | some one in found} == {[["role:finance"], 2]}
	count(money.approvals) == 0 with input as sample.asked(500, 501) with data.budget as {"over": "deny"}
}

test_operators_approve_unless_somebody_is_named if {
	found := money.approvals with input as sample.asked(500, 501) with data.budget as {"over": "approval"}
	{[one.approvers, one.needed] | some one in found} == {[["role:operator"], 1]}
}

test_a_budget_may_be_required if {
	poor := object.union(sample.asked(500, 1), {"budget": null})
	count(money.denials) == 1 with input as poor with data.budget as {"required": true}
	count(money.denials) == 0 with input as poor with data.budget as {"required": false}
	count(money.denials) == 0 with input as sample.asked(500, 1) with data.budget as {"required": true}
}

test_little_left_is_said if {
	rules := {"warn_at_percent": 80}
	said := sample.messages(money.warnings) with input as sample.asked(5000, 1000) with data.budget as rules
	said == {"With this, more than 80 % of the budget of payments (USD 200.00 in 2026-11) is used or promised."}
	count(money.warnings) == 0 with input as sample.asked(5000, 999) with data.budget as rules
	count(money.warnings) == 0 with input as sample.asked(5000, 5001) with data.budget as rules
}

test_two_currencies_are_not_compared if {
	euros := object.union(sample.asked(1, 500), {"estimate": {"currency": "EUR"}})
	rules := {"over": "deny", "warn_at_percent": 1}
	count(money.denials) == 0 with input as euros with data.budget as rules
	said := sample.messages(money.warnings) with input as euros with data.budget as rules
	said == {"The estimate is in EUR and the budget of payments in USD: they were not compared."}
	nothing := object.union(sample.asked(1, 500), {"estimate": {"currency": ""}})
	count(money.warnings) == 0 with input as nothing with data.budget as rules
}
