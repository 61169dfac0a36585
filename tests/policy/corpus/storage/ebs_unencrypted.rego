# input: web.json
# rego: v0
# namespace: main
package main

deny[msg] {
  resource := input.resource_changes[_]
  resource.type == "aws_ebs_volume"
  resource.mode == "managed"
  not is_encrypted(resource)
  msg := sprintf("EBS volume %v is not encrypted", [resource.name])
}

is_encrypted(resource) {
  resource.change.after.encrypted
}
