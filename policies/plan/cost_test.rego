package plan

import data.lib.sample

test_what_is_costly_is_approved if {
	rules := {"cost": {"currency": "USD", "total": "50.00", "approvers": ["role:finance"], "needed": 2}}
	found := approval_cost with input as {"mayfly": sample.asked(0, 5000)} with data.approval as rules
	found == {{
		"msg": "It is estimated at USD 50.00, and from USD 50.00 in all on somebody approves it.",
		"fix": "Choose a smaller size or a shorter time, and nobody has to approve.",
		"approvers": ["role:finance"],
		"needed": 2,
	}}
	count(approval_cost) == 0 with input as {"mayfly": sample.asked(0, 4999)} with data.approval as rules
	euros := {"cost": {"currency": "EUR", "total": "0.01"}}
	count(approval_cost) == 0 with input as {"mayfly": sample.asked(0, 5000)} with data.approval as euros
}

test_an_hour_may_be_costly if {
	rules := {"cost": {"currency": "USD", "hourly": "0.41"}}
	found := approval_cost with input as {"mayfly": sample.asked(0, 1)} with data.approval as rules
	{[one.msg, one.approvers, one.needed] | some one in found} == {[
		"It is estimated at USD 0.41, and from USD 0.41 an hour on somebody approves it.",
		["role:operator"],
		1,
	]}
	higher := {"cost": {"currency": "USD", "hourly": "0.42"}}
	count(approval_cost) == 0 with input as {"mayfly": sample.asked(0, 1)} with data.approval as higher
	both := {"cost": {"currency": "USD", "hourly": "0.41", "total": "1.00"}}
	said := sample.messages(approval_cost) with input as {"mayfly": sample.asked(0, 100)} with data.approval as both
	said == {"It is estimated at USD 1.00, and from USD 1.00 in all on somebody approves it."}
	count(approval_cost) == 1 with input as {"mayfly": sample.asked(0, 99)} with data.approval as both
}

test_what_nobody_can_price_may_be_said if {
	said := sample.messages(warn_unpriced) with input as {"mayfly": sample.asked(0, 1)}
		with data.budget as {"unpriced": "warn"}
	said == {"Nobody knows what aws_x.y will cost; it is not in the estimate."}
	count(warn_unpriced) == 0 with input as {"mayfly": sample.asked(0, 1)} with data.budget as {"unpriced": "quiet"}
	all_priced := {"mayfly": object.union(sample.asked(0, 1), {"estimate": {"unknown": []}})}
	count(warn_unpriced) == 0 with input as all_priced with data.budget as {"unpriced": "warn"}
}
