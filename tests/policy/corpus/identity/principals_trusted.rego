# input: shop.json
# rego: v0
# namespace: main
package main

deny[msg] {
  policy := json.unmarshal(input.resource_changes[_].change.after.policy)
  statement := policy.Statement[_]
  contains(statement.Principal.AWS, ":root")
  msg := sprintf("%s trusts a whole account", [statement.Sid])
}
