package update

import data.lib.sample

# 2026-11-23 is a Monday; freeze_at 22:00 UTC it is Tuesday in Tokyo.
freeze_at(hours) := {"time": {"now_ns": 1795392000000000000 + (hours * 3600000000000)}}

test_the_day_is_that_of_the_zone if {
	rules := {"timezone": "Asia/Tokyo", "days": ["Tuesday"]}
	said := sample.messages(warn_freeze) with input as freeze_at(22) with data.freeze as rules
	said == {"It is Tuesday (Asia/Tokyo): changes are not made on this day."}
	count(warn_freeze) == 0 with input as freeze_at(10) with data.freeze as rules
	count(warn_freeze) == 1 with input as freeze_at(22) with data.freeze as {"days": ["Monday"]}
}

test_a_period_has_its_last_day if {
	rules := {"periods": [{"from": "2026-11-20", "until": "2026-11-23", "reason": "a launch"}]}
	said := sample.messages(warn_freeze) with input as freeze_at(22) with data.freeze as rules
	said == {"Changes are frozen from 2026-11-20 until 2026-11-23: a launch."}
	count(warn_freeze) == 0 with input as freeze_at(24) with data.freeze as rules
	count(warn_freeze) == 0 with input as freeze_at(-73) with data.freeze as rules
	count(warn_freeze) == 1 with input as freeze_at(-72) with data.freeze as rules
}
