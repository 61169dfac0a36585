# input: trio.json
# rego: v0
# namespace: main
package main

deny[msg] {
  r := input.configuration.root_module.resources[_]
  r.mode == "data"
  r.type != "aws_caller_identity"
  msg := sprintf("reads %s", [r.address])
}
