# input: web.json
# rego: v0
# namespace: main
package main

decision = "deny" {
  input.variables.region.value == "me-south-1"
} else = "warn" {
  input.variables.region.value == "us-east-1"
} else = "allow"

deny[msg] {
  decision == "deny"
  msg := "the region decides"
}
