package update

test_a_region_is_judged if {
	rules := {"allowed": ["us-east-1"], "inputs": ["region"]}
	found := deny_region with input as {"inputs": {"region": "me-south-1"}} with data.regions as rules
	{one.field | some one in found} == {"region"}
	count(deny_region) == 0 with input as {"inputs": {"region": "us-east-1"}} with data.regions as rules
}
