# input: web.json
# rego: v1
# namespace: main
package main

region := input.variables.region.value

region := "me-south-1"

deny contains region if region != "us-east-1"
