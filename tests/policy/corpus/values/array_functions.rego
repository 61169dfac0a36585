# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	a := [rc.name | some rc in input.resource_changes; rc.type == "aws_s3_bucket"]
	msg := sprintf("%v %v %v", [array.slice(a, 1, 3), array.concat(["x"], array.slice(a, 0, 1)), array.reverse(a)])
}
