package update

test_production_is_approved if {
	rules := {"production": {"words": ["prod"], "inputs": ["stage"], "approvers": ["role:lead"], "needed": 2}}
	asked := {"inputs": {"stage": "prod"}, "project": null, "template": {"name": "t"}}
	found := approval_production with input as asked with data.approval as rules
	{[one.approvers, one.needed] | some one in found} == {[["role:lead"], 2]}
	quiet := object.union(asked, {"inputs": {"stage": "test"}})
	count(approval_production) == 0 with input as quiet with data.approval as rules
}
