# input: pulumi.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some step in input.steps
	step.op == "create"
	step.newState.type == "aws:s3/bucketAclV2:BucketAclV2"
	acl := step.newState.inputs.acl
	startswith(acl, "public")
	msg := sprintf("%s is %s", [step.urn, acl])
}
