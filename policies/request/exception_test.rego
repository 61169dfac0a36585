package request

import data.lib.sample

test_an_exception_names_its_rules if {
	rules := [
		{"point": "request", "rules": ["ttl"], "project": "checkout", "until": "2026-12-31"},
		{"point": "plan", "rules": ["ingress", "public"], "project": "checkout", "until": "2026-12-31"},
		{"point": "request", "rules": ["size"], "project": "ledger", "until": "2026-12-31"},
	]
	found := exception with input as sample.asked(0, 0) with data.exceptions as rules
	found == {["ttl"]}
}
