# input: web.json
# rego: v0
# namespace: main
# data: more/allowed.json
package main

import data.allowed.types as allowed_types

deny[msg] {
  r := input.resource_changes[_]
  not listed(r.type)
  msg := sprintf("type %s", [r.type])
}

listed(t) { allowed_types[_] == t }
