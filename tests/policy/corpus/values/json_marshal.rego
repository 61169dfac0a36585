# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_sqs_queue"
	msg := json.marshal({"z": [1, 2.50, null], "a": rc.name, "html": "<b>&"})
}
