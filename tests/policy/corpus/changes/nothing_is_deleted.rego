# input: change.json
# rego: v0
# namespace: main
package main

deny[msg] {
  rc := input.resource_changes[_]
  rc.change.actions[_] == "delete"
  msg := sprintf("%v would be deleted", [rc.address])
}
