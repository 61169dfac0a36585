# input: web.json
# rego: v0
# namespace: main
package main

required := {"mayfly:owner", "mayfly:team"}

deny[msg] {
  r := input.resource_changes[_]
  tags := {key | r.change.after.tags_all[key]}
  missing := required - tags
  count(missing) > 0
  r.change.after.tags_all
  msg := sprintf("%s is missing %v", [r.address, missing])
}
