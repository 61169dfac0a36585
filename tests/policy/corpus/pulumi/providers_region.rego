# input: pulumi.json
# rego: v1
# namespace: main
package main

regions[urn] := region if {
	some step in input.steps
	step.newState.type == "pulumi:providers:aws"
	region := step.newState.inputs.region
	urn := step.urn
}

deny contains msg if {
	some step in input.steps
	some urn, region in regions
	startswith(step.provider, urn)
	region != "eu-central-1"
	endswith(step.urn, "::orders")
	msg := sprintf("orders is in %s", [region])
}
