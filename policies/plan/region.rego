# Where the plan makes things. With version 5 of AWS's provider no resource says so: the provider's
# configuration does, or the data source aws_region, or an availability zone.
package plan

import data.lib.planned

deny_region contains finding if {
	count(data.regions.allowed) > 0
	some region, why in region_found
	not region in data.regions.allowed
	finding := {
		"msg": sprintf("The region %s is not one that we use; in it is %s.", [region, planned.listed(why)]),
		"fix": sprintf("Take one of %s.", [planned.listed(data.regions.allowed)]),
	}
}

# Nobody can say where: the region comes from the child's environment, and no aws_region is read.
warn_region contains finding if {
	count(data.regions.allowed) > 0
	not region_known
	some one in planned.touched
	startswith(one.type, "aws")
	finding := {
		"msg": "The plan does not tell in which region it makes things, so that nobody has judged it.",
		"fix": "Read it in the template: `data \"aws_region\" \"current\" {}`.",
	}
}

region_known if {
	some _ in region_found
}

# By region: what is there. Of a provider that a module configures for itself only a constant is known: a
# variable of that name in the root is another one.
region_found[region] contains "the provider" if {
	some provider in input.configuration.provider_config
	startswith(provider.name, "aws")
	region := provider.expressions.region.constant_value
}

region_found[region] contains "the provider" if {
	some provider in input.configuration.provider_config
	startswith(provider.name, "aws")
	not provider.module_address
	some reference in provider.expressions.region.references
	startswith(reference, "var.")
	region := input.variables[substring(reference, 4, -1)].value
}

region_found[region] contains "the provider" if {
	some resource in input.prior_state.values.root_module.resources
	resource.mode == "data"
	resource.type == "aws_region"
	region := resource.values.name
}

region_found[region] contains "the provider" if region := input.config["aws:region"]

region_found[region] contains "the provider" if {
	some step in input.steps
	step.newState.type == "pulumi:providers:aws"
	region := step.newState.inputs.region
}

# Version 6 of the provider.
region_found[region] contains one.address if {
	some one in planned.touched
	startswith(one.type, "aws_")
	region := planned.value(one, "region")
	is_string(region)
}

region_found[region] contains one.address if {
	some one in planned.touched
	zone := planned.value(one, "availability_zone")
	is_string(zone)
	region := regex.find_n(`^[a-z]+(-[a-z]+)+-[0-9]+`, zone, 1)[0]
}
