package update

test_a_name_is_judged if {
	rules := {"inputs": {"name": {"pattern": "^[a-z]+$", "hint": "Lower case."}}}
	found := deny_naming with input as {"inputs": {"name": "Shop 1"}} with data.naming as rules
	{one.field | some one in found} == {"name"}
	count(deny_naming) == 0 with input as {"inputs": {"name": "shop"}} with data.naming as rules
}
