# input: web.json
# rego: v0
# namespace: main
package main

deny[msg] {
  rule := input.resource_changes[_]
  rule.type == "aws_security_group_rule"
  rule.change.after.type == "ingress"
  rule.change.after.from_port <= 22
  rule.change.after.to_port >= 22
  rule.change.after.cidr_blocks[_] == "0.0.0.0/0"
  msg = sprintf("SSH is open to the world by %s", [rule.address])
}
