# input: pulumi.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some step in input.steps
	some block in step.newState.inputs.ingress
	some cidr in array.concat(object.get(block, "cidrBlocks", []), object.get(block, "ipv6CidrBlocks", []))
	cidr in {"0.0.0.0/0", "::/0"}
	msg := sprintf("%s %d-%d", [cidr, block.fromPort, block.toPort])
}
