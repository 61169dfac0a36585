# Tags that everything of AWS needs: data.tags. What can have tags has `tags_all`, with the provider's own.
package plan

import data.lib.planned

deny_tags contains finding if {
	some one in planned.touched
	missing := {name | some name in data.tags.required} - tags_of(one)
	count(missing) > 0
	finding := {
		"msg": sprintf("%s lacks the tags %s.", [one.address, planned.listed(missing)]),
		"fix": concat("", [
			"Set them in the provider's `default_tags`. Mayfly's own come by themselves with version 5.100 of AWS's ",
			"provider, unless `ignore_tags` hides them.",
		]),
		"resource": one.address,
	}
}

deny_tags contains finding if {
	some one in planned.touched
	some name, pattern in data.tags.patterns
	value := tag_map(one.values, "tags_all")[name]
	is_string(value)
	not regex.match(pattern, value)
	finding := {
		"msg": sprintf("The tag %s of %s is “%s”.", [name, one.address, value]),
		"fix": sprintf("It has to match %s.", [pattern]),
		"resource": one.address,
	}
}

# One tag that is only known while it is made hides all the others. They may well be there.
warn_tags contains finding if {
	count(data.tags.required) > 0
	some one in planned.touched
	one.unknown.tags_all == true
	finding := {
		"msg": sprintf("The tags of %s are only known while it is made, so that nobody has judged them.", [one.address]),
		"fix": "Let no tag's value depend on another resource.",
		"resource": one.address,
	}
}

# The names of its tags. Undefined for what cannot have any, and for what nobody knows yet.
tags_of(one) := known_tags | unknown_tags if {
	one.shape == "terraform"
	startswith(one.type, "aws_")
	"tags_all" in object.keys(one.values)
	not one.unknown.tags_all == true
	known_tags := {name | some name, value in tag_map(one.values, "tags_all"); value != ""}
	unknown_tags := {name | some name, _ in tag_map(one.unknown, "tags_all")}
}

# Pulumi says nothing of what can have tags: those are judged that are known to.
tags_of(one) := own | default_tags if {
	one.shape == "pulumi"
	one.type in data.tags.pulumi_types
	own := {name | some name, _ in tag_map(one.values, "tags")}
	default_tags := pulumi_default_tags(one)
}

# The default tags of its provider: of one that the program makes, or of the default one, from the config.
pulumi_default_tags(one) := {name |
	some step in input.steps
	step.newState.type == "pulumi:providers:aws"
	startswith(one.provider, step.urn)
	some name, _ in step.newState.inputs.defaultTags.tags
} | {name |
	regex.match(`::pulumi:providers:aws::default(_|::)`, one.provider)
	some name, _ in json.unmarshal(input.config["aws:defaultTags"]).tags
}

# No tags at all are null.
tag_map(values, name) := values[name] if is_object(values[name])

tag_map(values, name) := {} if not is_object(values[name])
