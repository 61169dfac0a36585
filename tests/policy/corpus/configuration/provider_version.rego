# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some name, provider in input.configuration.provider_config
	constraint := provider.version_constraint
	regex.match(`^\d+\.\d+\.\d+$`, constraint)
	[major, minor, _] := split(constraint, ".")
	to_number(major) < 6
	msg := sprintf("%s %s is of the series %s.%s", [name, constraint, major, minor])
}
