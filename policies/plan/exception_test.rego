package plan

import data.lib.sample

test_an_exception_names_its_rules if {
	rules := [
		{"point": "request", "rules": ["ttl"], "project": "checkout", "until": "2026-12-31"},
		{"point": "plan", "rules": ["ingress", "public"], "project": "checkout", "until": "2026-12-31"},
		{"point": "plan", "rules": ["size"], "project": "ledger", "until": "2026-12-31"},
	]
	found := exception with input as {"mayfly": sample.asked(0, 0)} with data.exceptions as rules
	found == {["ingress", "public"]}
}
