# input: web.json
# rego: v1
# namespace: main
package main

deny contains count(input.resource_changes) if true
