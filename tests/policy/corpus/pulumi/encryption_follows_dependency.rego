# input: pulumi.json
# rego: v1
# namespace: main
package main

encrypted contains urn if {
	some step in input.steps
	contains(step.newState.type, "ServerSideEncryption")
	some urn in step.newState.propertyDependencies.bucket
}

deny contains msg if {
	some step in input.steps
	step.newState.type == "aws:s3/bucketV2:BucketV2"
	not step.urn in encrypted
	msg := sprintf("%s is in clear", [step.newState.inputs.bucket])
}
