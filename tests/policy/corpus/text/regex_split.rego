# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	words := regex.split(`[\s,;]+`, "s3, ec2;rds  iam")
	some rc in input.resource_changes
	rc.type == "aws_iam_user"
	some word in words
	contains(rc.type, word)
	msg := sprintf("%s of %d", [word, count(words)])
}
