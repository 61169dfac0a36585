# input: web.json
# rego: v0
# namespace: main
package main

deny[msg] {
  input.resource_changes[i].type == "aws_iam_user"
  user := input.resource_changes[i]
  msg := sprintf("IAM user %q: use roles", [user.change.after.name])
}
