# How resources are called: data.naming.resources. A name that is only known while it is made is AWS's own
# invention (`bucket_prefix`): there is nothing to judge.
package plan

import data.lib.planned

deny_naming contains finding if {
	some one in planned.touched
	wanted := data.naming.resources[one.type]
	name := planned.value(one, wanted.attribute)
	is_string(name)
	not regex.match(wanted.pattern, name)
	finding := {
		"msg": sprintf("%s is called “%s”.", [one.address, name]),
		"fix": wanted.hint,
		"resource": one.address,
	}
}
