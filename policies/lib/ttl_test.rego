package lib.ttl_test

import data.lib.sample
import data.lib.ttl

test_the_least_applies if {
	rules := {"maximum": "30d", "templates": {"s3-bucket": "7d"}, "teams": {"payments": "7d"}}
	most := ttl.maximum with input as sample.asked(0, 0) with data.ttl as rules
	most == {"seconds": 604800, "why": "the team payments and the template s3-bucket"}
}

test_without_any_there_is_none if {
	not ttl.maximum with input as sample.asked(0, 0) with data.ttl as {}
	most := ttl.maximum with input as sample.asked(0, 0) with data.ttl as {"maximum": "1d"}
	most == {"seconds": 86400, "why": "any environment"}
}
