# input: web.json
# rego: v1
# namespace: main
package main

default cost(_) := 0

cost(type) := 12 if type == "aws_db_instance"

cost(type) := 8 if type == "aws_instance"

total := sum([cost(rc.type) | some rc in input.resource_changes])

deny contains sprintf("it costs %d", [total]) if total > 30
