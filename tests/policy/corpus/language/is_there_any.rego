# input: shop.json
# rego: v0
# namespace: main
package main

import future.keywords.in

forbidden := ["aws_iam_user", "aws_iam_access_key"]

deny[sprintf("%s", [t])] {
  some t in forbidden
  t in [r.type | r := input.resource_changes[_]]
}
