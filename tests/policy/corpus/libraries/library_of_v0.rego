# input: web.json
# rego: v0
# namespace: main
# modules: lib/old.rego
package main

import data.lib.old as o

deny[msg] {
  o.is_create(input.resource_changes[i])
  input.resource_changes[i].type == "aws_iam_user"
  msg := o.message("IAM-1", input.resource_changes[i].address)
}
