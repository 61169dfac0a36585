# input: web.json
# rego: v1
# namespace: main
package main

cidrs := {value | walk(input, [_, value]); is_string(value); endswith(value, "/0")}

deny contains sprintf("%v", [cidrs]) if count(cidrs) > 0
