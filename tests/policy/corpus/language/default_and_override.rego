# input: web.json
# rego: v0
# namespace: main
package main

default allow = false

allow {
  input.complete
  not has_user
}

has_user { input.resource_changes[_].type == "aws_iam_user" }

deny["not allowed"] { not allow }
