# input: web.json
# rego: v0
# namespace: main
# needs: re_match
package main

deny[msg] {
  r := input.configuration.root_module.resources[_]
  not re_match("^[a-z_]+$", r.name)
  msg := sprintf("label %s of %s", [r.name, r.type])
}

warn[msg] {
  r := input.configuration.root_module.resources[_]
  re_match("^(this|main)$", r.name)
  msg := sprintf("%s says nothing", [r.address])
}
