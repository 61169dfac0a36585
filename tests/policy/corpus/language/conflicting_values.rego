# input: web.json
# rego: v1
# namespace: main
package main

region := input.variables.region.value

region := "us-east-1"

deny contains region if true
