# input: web.json
# rego: v1
# namespace: main
package main

deny contains "whatever" if count(input.resource_changes) > 1

exception contains [""] if input.terraform_version == "1.11.4"
