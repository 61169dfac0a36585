# input: web.json
# rego: v1
# namespace: main
package main

deny contains "not in the list" if not input.variables.region.value in data.nowhere.regions

warn contains "no data" if not data.nowhere
