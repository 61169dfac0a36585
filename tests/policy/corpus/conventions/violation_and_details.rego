# input: web.json
# rego: v0
# namespace: main
package main

violation[result] {
  r := input.resource_changes[_]
  r.type == "aws_ebs_volume"
  not r.change.after.encrypted
  result := {"msg": sprintf("%s is in clear", [r.address]), "details": {"id": "EBS-1", "type": r.type}}
}
