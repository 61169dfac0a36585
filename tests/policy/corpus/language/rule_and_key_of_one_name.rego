# input: web.json
# rego: v1
# namespace: main
package main

types contains rc.type if some rc in input.resource_changes

names contains types if {
	some types, n in {"a": 1, "b": 2}
	n > 1
}

deny contains sprintf("%v of %d", [names, count(types)]) if "aws_iam_user" in types
