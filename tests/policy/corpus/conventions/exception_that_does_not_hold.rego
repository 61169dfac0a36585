# input: web.json
# rego: v1
# namespace: main
package main

deny_size contains "large" if input.resource_changes[_].change.after.instance_type == "m5.24xlarge"

exception contains ["size"] if input.variables.region.value == "us-east-1"
