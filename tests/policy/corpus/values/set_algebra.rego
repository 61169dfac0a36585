# input: web.json
# rego: v1
# namespace: main
package main

a := {rc.type | some rc in input.resource_changes; contains(rc.address, "s3")}

b := {rc.type | some rc in input.resource_changes; contains(rc.address, "policy")}

deny contains msg if msg := {"and": a & b, "less": a - b, "more": count(a | b)}
