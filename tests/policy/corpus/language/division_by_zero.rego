# input: web.json
# rego: v1
# namespace: main
package main

share := 100 / count([rc | some rc in input.resource_changes; rc.type == "nothing"])

deny contains sprintf("%v", [share]) if true

warn contains "no share" if not share
