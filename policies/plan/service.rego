# Which kinds of resources may be made at all: data.services. A type is Terraform's, or Pulumi's token.
package plan

import data.lib.pattern as patterns
import data.lib.planned

deny_service contains finding if {
	some one in planned.touched
	some why in service_denied[one.type]
	finding := {
		"msg": sprintf("%s is of the type %s, which environments may not have: %s.", [one.address, one.type, why]),
		"fix": "Take it out of the template, and ask the platform's team if you need it.",
		"resource": one.address,
	}
}

# With an empty list every type is allowed that is not denied.
deny_service contains finding if {
	count(data.services.allowed) > 0
	some one in planned.touched
	not one.type in service_allowed
	finding := {
		"msg": sprintf("%s is of the type %s, which is not among those that are allowed.", [one.address, one.type]),
		"fix": sprintf("Use what matches one of %s.", [planned.listed(data.services.allowed)]),
		"resource": one.address,
	}
}

service_types := {one.type | some one in planned.touched}

# By denied type: the reasons.
service_denied[type] contains why if {
	some pattern, why in data.services.denied
	beginning := patterns.beginning(pattern)
	some type in service_types

	# Most do not even begin so, which is told faster.
	startswith(type, beginning)
	patterns.matches(pattern, type)
}

service_allowed contains type if {
	some pattern in data.services.allowed
	beginning := patterns.beginning(pattern)
	some type in service_types
	startswith(type, beginning)
	patterns.matches(pattern, type)
}
