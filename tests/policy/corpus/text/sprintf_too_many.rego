# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_sqs_queue"
	msg := sprintf("%s", [rc.name, rc.type, 1])
}
