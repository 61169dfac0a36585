# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some provider in input.configuration.provider_config
	[host, namespace, name] := split(provider.full_name, "/")
	host != "registry.opentofu.org"
	msg := sprintf("%s/%s comes from %s", [namespace, name, host])
}
