# Versions that are too old: of engines (data.versions.minimum) and of runtimes (data.versions.ended).
package plan

import data.lib.planned

deny_version contains finding if {
	some one in planned.touched
	[product, version, attribute] := version_of(one)
	least := data.versions.minimum[product]
	version_key(version) < version_key(least)
	finding := {
		"msg": sprintf("%s runs %s %s; it has to be %s or newer.", [one.address, product, version, least]),
		"fix": sprintf("Set `%s` to %s or newer.", [attribute, least]),
		"resource": one.address,
	}
}

deny_version contains finding if {
	some one in planned.touched
	one.type == "aws_lambda_function"
	runtime := planned.value(one, "runtime")
	runtime in data.versions.ended
	finding := {
		"msg": sprintf("%s runs on %s, which gets no more fixes.", [one.address, runtime]),
		"fix": "Set `runtime` to one that AWS still mends.",
		"resource": one.address,
	}
}

# A version that nobody set is AWS's newest, and fine: it is null or unknown, and no text.
version_of(one) := [engine, version, "engine_version"] if {
	engine := planned.value(one, "engine")
	version := planned.value(one, "engine_version")
	is_string(engine)
	is_string(version)
}

version_of(one) := ["kubernetes", version, "version"] if {
	one.type == "aws_eks_cluster"
	version := planned.value(one, "version")
	is_string(version)
}

# The leading numbers: 8.0.mysql_aurora.3.05.2 is 8.0 and what follows it.
version_key(version) := [to_number(part) |
	some part in split(version, ".")
	regex.match(`^(0|[1-9][0-9]*)$`, part)
]
