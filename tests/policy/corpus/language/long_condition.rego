# input: web.json
# rego: v0
# namespace: main
package main

deny[msg] { r := input.resource_changes[_]; r.type == "aws_instance"; r.change.after.instance_type != "t3.micro"; not startswith(r.change.after.instance_type, "t4g."); r.change.actions[_] == "create"; msg := sprintf("%s: use t3.micro or t4g.* instead of %s", [r.address, r.change.after.instance_type]) }
