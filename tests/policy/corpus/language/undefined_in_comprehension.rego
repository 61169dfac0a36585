# input: web.json
# rego: v1
# namespace: main
package main

names := [name | some rc in input.resource_changes; name := rc.change.after.bucket]

deny contains sprintf("%d of %d", [count(names), count(input.resource_changes)]) if true
