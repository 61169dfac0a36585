package extend

import data.lib.sample

ttl_asked(ready) := {
	"ttl": {"seconds": 7200},
	"actor": {"team": "payments"},
	"template": {"name": "s3-bucket"},
	"environment": {
		"name": "calm-otter",
		"created_at": "2026-11-23T08:00:00Z",
		"ready_at": ready,
		"expires_at": "2026-11-23T12:00:00Z",
	},
}

test_the_whole_life_counts_from_when_it_was_ready if {
	found := deny_ttl with input as ttl_asked("2026-11-23T09:00:00Z") with data.ttl as {"maximum": "4h"}
	found == {{
		"msg": "With 2 h more, calm-otter would live for longer than 4 h, the most for any environment.",
		"fix": "Extend it by less, or make a new one.",
		"field": "ttl",
	}}
	count(deny_ttl) == 0 with input as ttl_asked("2026-11-23T10:00:00Z") with data.ttl as {"maximum": "4h"}
	count(deny_ttl) == 1 with input as ttl_asked(null) with data.ttl as {"maximum": "5h"}
	count(deny_ttl) == 0 with input as ttl_asked(null) with data.ttl as {"maximum": "6h"}
}

test_so_much_at_once if {
	said := sample.messages(deny_ttl_step) with input as ttl_asked(null) with data.ttl as {"extension": "1h"}
	said == {"2 h is too long an extension: 1 h at once is the most."}
	count(deny_ttl_step) == 0 with input as ttl_asked(null) with data.ttl as {"extension": "2h"}
}
