# input: pulumi.json
# rego: v1
# namespace: main
package main

ops := {op: n | op := input.steps[_].op; n := count([1 | some s in input.steps; s.op == op])}

deny contains sprintf("%v against %v", [ops, input.changeSummary]) if ops.create > 10
