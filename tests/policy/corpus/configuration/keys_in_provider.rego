# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some provider in input.configuration.provider_config
	some key in ["access_key", "secret_key", "token"]
	provider.expressions[key].constant_value
	msg := sprintf("provider %s holds %s in clear", [provider.name, key])
}
