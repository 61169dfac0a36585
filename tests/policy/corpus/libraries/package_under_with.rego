# input: web.json
# rego: v1
# namespace: main
# modules: lib/parts_a.rego lib/parts_b.rego lib/parts_c.rego
package main

import data.lib.parts

deny contains msg if {
	one := count(parts.first) with input as {"resource_changes": [{"type": "aws_iam_user", "address": "a.b"}]}
	none := count(parts.second) with input as {"resource_changes": []}
	msg := sprintf("%d, %d, %d", [one, none, count(parts.second)])
}
