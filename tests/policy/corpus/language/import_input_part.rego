# input: web.json
# rego: v0
# namespace: main
package main

import input.resource_changes as changes
import input.variables.region.value as region

deny[msg] {
  region != "us-east-1"
  msg := sprintf("%d resources in %s", [count(changes), region])
}
