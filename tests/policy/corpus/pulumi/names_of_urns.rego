# input: pulumi.json
# rego: v0
# namespace: main
package main

name(urn) = n {
  parts := split(urn, "::")
  n := parts[count(parts) - 1]
}

deny[msg] {
  step := input.steps[_]
  contains(step.newState.type, "rds/")
  step.newState.inputs.publiclyAccessible
  msg := sprintf("%s is public", [name(step.urn)])
}
