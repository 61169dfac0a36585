# input: web.json
# rego: v1
# namespace: main
package main

deny contains found if {
	some rc in input.resource_changes
	rc.type == "aws_sqs_queue"
	picked := object.filter(rc, {"address", "mode", "none"})
	found := object.remove(picked, ["mode"])
}
