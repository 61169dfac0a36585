# Which setting belongs to which bucket. A new bucket's id is not known in a plan, so that the setting's
# `bucket` is unknown: then its reference in the configuration tells, through one module's output or variable.
package lib.linked

import data.lib.planned

# What a setting (a planned resource with an attribute `bucket`) may be of: keys, as `keys` has them of a bucket.
targets(setting) := {sprintf("name %s", [name])} if {
	name := planned.value(setting, "bucket")
	is_string(name)
} else := {key |
	some place in referred[setting.place]
	key := sprintf("place %s", [place])
}

# What a bucket is found by. Its name may be unknown, too.
keys(bucket) := {sprintf("place %s", [bucket.place])} | {sprintf("name %s", [name]) |
	name := planned.value(bucket, "bucket")
	is_string(name)
}

# By the place of a setting: the places of what it refers to.
referred[place] contains target if {
	some one in configured
	place := concat("", [one.module, one.resource.address])
	some reference in references(one.resource)
	some target in resolved(one, reference)
}

# Pulumi names what a property depends on.
referred[step.urn] contains urn if {
	some step in input.steps
	some urn in step.newState.propertyDependencies.bucket
}

references(resource) := {plain(reference) |
	some reference in resource.expressions.bucket.references
} | {plain(reference) |
	some used in resource.expressions.bucket.references
	startswith(used, "each.")
	some reference in resource.for_each_expression.references
}

# Without indexes: all instances of a bucket are one place.
plain(address) := regex.replace(address, `\[("[^"]*"|[0-9]+)\]`, "")

# A resource beside it.
resolved(one, reference) := {concat("", [one.module, reference])} if {
	not startswith(reference, "module.")
	not startswith(reference, "var.")
}

# An output of a module that is called beside it; or any of that module, when the reference names none.
resolved(one, reference) := {place |
	parts := split(reference, ".")
	some name, output in one.calls[parts[1]].module.outputs
	name in output_names(parts, name)
	some inner in output.expression.references
	place := concat("", [one.module, "module.", parts[1], ".", plain(inner)])
} if {
	startswith(reference, "module.")
}

# A variable that whoever calls its module sets.
resolved(one, reference) := {place |
	name := split(reference, ".")[1]
	some inner in one.given[name].references
	place := concat("", [one.outer, plain(inner)])
} if {
	startswith(reference, "var.")
}

output_names(parts, _) := {parts[2]} if count(parts) > 2

output_names(parts, any_name) := {any_name} if count(parts) < 3

# Every resource of the configuration with a `bucket`, with its module (`module.a.module.b.`), what that calls,
# what it was given, and the module outside of it.
configured contains one if {
	some level in modules
	some module in level
	some resource in module.node.resources
	resource.expressions.bucket
	one := {
		"module": module.prefix,
		"outer": module.outer,
		"resource": resource,
		"calls": object.get(module.node, "module_calls", {}),
		"given": module.given,
	}
}

# Modules by their depth. There is no recursion in Rego: what lies deeper than this is not found, so that a bucket
# whose settings stand there counts as one without them.
modules := [depth_0, depth_1, depth_2, depth_3, depth_4]

depth_0 := [{"prefix": "", "outer": "", "given": {}, "node": input.configuration.root_module}]

depth_1 := called_by(depth_0)

depth_2 := called_by(depth_1)

depth_3 := called_by(depth_2)

depth_4 := called_by(depth_3)

called_by(outer) := [module |
	some around in outer
	some name, call in around.node.module_calls
	module := {
		"prefix": sprintf("%smodule.%s.", [around.prefix, name]),
		"outer": around.prefix,
		"given": object.get(call, "expressions", {}),
		"node": call.module,
	}
]
