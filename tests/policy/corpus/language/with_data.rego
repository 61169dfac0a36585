# input: web.json
# rego: v1
# namespace: main
# data: more/limits.json
package main

over if count(input.resource_changes) > data.limits.resources

deny contains "over" if over

deny contains "not over" if not over with data.limits.resources as 1000
