# What is judged of a form, whether it asks for a new environment or changes one.
package lib.form

import data.lib.planned

# Free texts that have to look like something: data.naming.inputs.
naming contains finding if {
	some name, wanted in data.naming.inputs
	value := input.inputs[name]
	is_string(value)
	not regex.match(wanted.pattern, value)
	finding := {
		"msg": sprintf("“%s” is no name that is allowed here.", [value]),
		"fix": object.get(wanted, "hint", sprintf("It has to match %s.", [wanted.pattern])),
		"field": name,
	}
}

# Inputs that name a region: data.regions.inputs.
regions contains finding if {
	count(data.regions.allowed) > 0
	some name in data.regions.inputs
	value := input.inputs[name]
	is_string(value)
	not value in data.regions.allowed
	finding := {
		"msg": sprintf("The region %s is not one that we use.", [value]),
		"fix": sprintf("Take one of %s.", [planned.listed(data.regions.allowed)]),
		"field": name,
	}
}

# What says that it is like production, in words for people.
production contains reason if {
	some name in data.approval.production.inputs
	value := input.inputs[name]
	is_string(value)
	says_production(value)
	reason := sprintf("the input `%s` is “%s”", [name, value])
}

production contains reason if {
	is_string(input.project)
	says_production(input.project)
	reason := sprintf("the project is “%s”", [input.project])
}

production contains reason if {
	some project in data.approval.production.projects
	input.project == project
	reason := sprintf("the project %s always counts as production", [project])
}

production contains reason if {
	some name in data.approval.production.templates
	input.template.name == name
	reason := sprintf("the template %s always counts as production", [name])
}

# One approval for all reasons together.
approvals contains finding if {
	count(production) > 0
	rules := data.approval.production
	finding := {
		"msg": sprintf("This looks like production: %s.", [planned.listed(production)]),
		"fix": "Name it otherwise if it is none; nobody has to approve it then.",
		"approvers": object.get(rules, "approvers", ["role:operator"]),
		"needed": object.get(rules, "needed", 1),
	}
}

# By whole words: “product-search” is not production.
says_production(value) if {
	some word in regex.split(`[^a-z0-9]+`, lower(value))
	word in data.approval.production.words
}
