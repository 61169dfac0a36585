# input: web.json
# rego: v0
# namespace: main
package main

# `resource` is a rule here and a variable there.
resource[name] = r {
  r := input.resource_changes[_]
  name := r.address
}

deny[msg] {
  some name
  r := resource[name]
  r.type == "aws_security_group"
  count(r.change.after.ingress) > 1
  msg := sprintf("%s has more than one block", [name])
}
