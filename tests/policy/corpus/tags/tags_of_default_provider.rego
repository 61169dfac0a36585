# input: web.json
# rego: v1
# namespace: main
package main

defaults := input.configuration.provider_config.aws.expressions.default_tags[0].tags.constant_value

deny contains msg if {
	wanted := {"mayfly:owner", "mayfly:team", "mayfly:environment"}
	missing := wanted - object.keys(defaults)
	msg := sprintf("default_tags lacks %s", [concat(" and ", sort(missing))])
	count(missing) > 0
}
