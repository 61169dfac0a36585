package request

import data.lib.sample

test_a_team_may_have_templates_of_its_own if {
	narrow := {"payments": {"templates": ["preview-env", "docs"]}}
	found := deny_template with input as sample.asked(0, 0) with data.teams as narrow
	found == {{
		"msg": "Your team payments does not use the template s3-bucket.",
		"fix": "Take one of docs, preview-env.",
	}}
	wide := {"payments": {"templates": ["s3-bucket"]}}
	count(deny_template) == 0 with input as sample.asked(0, 0) with data.teams as wide
	count(deny_template) == 0 with input as sample.asked(0, 0) with data.teams as {"payments": {}}
}
