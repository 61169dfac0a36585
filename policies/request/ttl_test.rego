package request

import data.lib.sample

test_too_long_a_life_is_denied if {
	found := deny_ttl with input as sample.asked(0, 0) with data.ttl as {"maximum": "4h"}
	found == {{
		"msg": "8 h is too long: any environment may live for 4 h at most.",
		"fix": "Choose 4 h or less; it can be extended later.",
		"field": "ttl",
	}}
	count(deny_ttl) == 0 with input as sample.asked(0, 0) with data.ttl as {"maximum": "8h"}
	count(deny_ttl) == 0 with input as sample.asked(0, 0) with data.ttl as {}
}

test_a_long_life_is_warned_of_unless_it_is_denied if {
	long := {"maximum": "8h", "warn_from": "8h"}
	said := sample.messages(warn_ttl) with input as sample.asked(0, 0) with data.ttl as long
	said == {"It is to live for 8 h. Most environments are not used for so long."}
	count(warn_ttl) == 0 with input as sample.asked(0, 0) with data.ttl as {"warn_from": "9h"}
	both := {"maximum": "4h", "warn_from": "1h"}
	count(warn_ttl) == 0 with input as sample.asked(0, 0) with data.ttl as both
}
