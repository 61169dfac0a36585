# input: web.json
# rego: v1
# namespace: main
package main

region := input.variables[trim_prefix(ref, "var.")].value if {
	ref := input.configuration.provider_config.aws.expressions.region.references[0]
}

deny contains sprintf("region %s", [region]) if not region in {"us-east-1", "eu-central-1"}
