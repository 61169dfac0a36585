# input: web.json
# rego: v0
# namespace: main
package main

deny = true {
  input.resource_changes[_].type == "aws_iam_user"
}
