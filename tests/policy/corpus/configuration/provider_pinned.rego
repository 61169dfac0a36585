# input: change.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some name, provider in input.configuration.provider_config
	not provider.version_constraint
	msg := sprintf("%s is not pinned", [name])
}
