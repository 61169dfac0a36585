# input: web.json
# rego: v0
# namespace: main
package main

by_type[type] = addresses {
  type := input.resource_changes[_].type
  addresses := {r.address | r := input.resource_changes[_]; r.type == type}
}

deny[msg] {
  addresses := by_type[type]
  count(addresses) > 2
  msg := sprintf("%d of %s", [count(addresses), type])
}
