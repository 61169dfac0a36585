# input: request.json
# rego: v1
# namespace: main
package main

deny contains "nobody without a role" if count(input.actor.roles) == 0

warn contains "roles" if input.actor.roles[_]
