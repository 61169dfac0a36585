# input: web.json
# rego: v0
# namespace: main
package main

resource_types[type] { type := input.resource_changes[_].type }

deny[msg] {
  t := resource_types[_]
  startswith(t, "aws_iam")
  msg = sprintf("type %s", [t])
}
