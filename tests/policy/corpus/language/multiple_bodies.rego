# input: web.json
# rego: v0
# namespace: main
package main

import future.keywords.if
import future.keywords.contains

deny contains msg if {
  some i
  input.resource_changes[i].type == "aws_iam_user"
  msg := "a user"
} {
  some i
  input.resource_changes[i].type == "aws_lambda_function"
  msg := "a function"
}
