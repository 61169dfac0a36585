package lib.form_test

import data.lib.form
import data.lib.sample

test_a_text_has_to_match if {
	rules := {"inputs": {"ticket": {"pattern": "^[A-Z]+-[0-9]+$", "hint": "As in SHOP-1."}, "size": {"pattern": "^x$"}}}
	found := form.naming with input as {"inputs": {"ticket": "later"}} with data.naming as rules
	found == {{"msg": "“later” is no name that is allowed here.", "fix": "As in SHOP-1.", "field": "ticket"}}
	count(form.naming) == 0 with input as {"inputs": {"ticket": "SHOP-1"}} with data.naming as rules
	count(form.naming) == 0 with input as {"inputs": {"size": 3}} with data.naming as rules
	bare := form.naming with input as {"inputs": {"size": "y"}} with data.naming as rules
	{one.fix | some one in bare} == {"It has to match ^x$."}
}

test_a_region_has_to_be_allowed if {
	rules := {"allowed": ["us-east-1", "eu-west-1"], "inputs": ["region"]}
	found := form.regions with input as {"inputs": {"region": "me-south-1"}} with data.regions as rules
	found == {{
		"msg": "The region me-south-1 is not one that we use.",
		"fix": "Take one of eu-west-1, us-east-1.",
		"field": "region",
	}}
	count(form.regions) == 0 with input as {"inputs": {"region": "us-east-1"}} with data.regions as rules
	anywhere := {"allowed": [], "inputs": ["region"]}
	count(form.regions) == 0 with input as {"inputs": {"region": "me-south-1"}} with data.regions as anywhere
}

rules := {"production": {
	"words": ["prod", "production"],
	"inputs": ["stage"],
	"projects": ["ledger"],
	"templates": ["replica"],
}}

asked(inputs, project, template) := {"inputs": inputs, "project": project, "template": {"name": template}}

reasons(question) := found if {
	found := form.production with input as question with data.approval as rules
}

test_production_is_told_by_whole_words if {
	reasons(asked({"stage": "EU-Prod_2"}, null, "t")) == {"the input `stage` is “EU-Prod_2”"}
	reasons(asked({}, "shop-production", "t")) == {"the project is “shop-production”"}
	reasons(asked({"stage": "reproduction"}, "product-search", "t")) == set()
	reasons(asked({"stage": 1, "title": "prod"}, null, "t")) == set()
}

test_projects_and_templates_may_count_as_production if {
	reasons(asked({}, "ledger", "t")) == {"the project ledger always counts as production"}
	reasons(asked({}, null, "replica")) == {"the template replica always counts as production"}
}

test_all_reasons_are_one_approval if {
	question := asked({"stage": "prod"}, "ledger", "t")
	found := form.approvals with input as question with data.approval as rules
	{[one.approvers, one.needed] | some one in found} == {[["role:operator"], 1]}
	sample.messages(found) == {concat("", [
		"This looks like production: the input `stage` is “prod”, ",
		"the project ledger always counts as production.",
	])}
	count(form.approvals) == 0 with input as asked({}, null, "t") with data.approval as rules
}
