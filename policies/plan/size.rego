# How large things may be: data.sizes.
package plan

import data.lib.pattern as patterns
import data.lib.planned

deny_size contains finding if {
	some one in planned.touched
	wanted := data.sizes.classes[one.type]
	class := planned.value(one, wanted.attribute)
	is_string(class)
	not size_allowed(class, wanted.allowed)
	finding := {
		"msg": sprintf("%s is of the size %s, which is not allowed.", [one.address, class]),
		"fix": sprintf("Set `%s` to what matches one of %s.", [wanted.attribute, planned.listed(wanted.allowed)]),
		"resource": one.address,
	}
}

deny_size contains finding if {
	some one in planned.touched
	wanted := data.sizes.numbers[one.type]
	number := planned.value(one, wanted.attribute)
	is_number(number)
	number > wanted.most
	finding := {
		"msg": sprintf("%s has %d %s; %d are the most.", [one.address, number, wanted.unit, wanted.most]),
		"fix": sprintf("Set `%s` to %d or less.", [wanted.attribute, wanted.most]),
		"resource": one.address,
	}
}

# A size that a launch template gives is unknown as well, and is judged there.
warn_size contains finding if {
	some one in planned.touched
	wanted := data.sizes.classes[one.type]
	planned.unknown(one, wanted.attribute)
	count(planned.blocks(planned.value(one, "launch_template"))) == 0
	finding := {
		"msg": sprintf("The size of %s is only known while it is made, so that nobody has judged it.", [one.address]),
		"fix": sprintf("Set `%s` to a value or a variable.", [wanted.attribute]),
		"resource": one.address,
	}
}

size_allowed(class, allowed) if {
	some pattern in allowed
	patterns.matches_parts(pattern, class)
}
