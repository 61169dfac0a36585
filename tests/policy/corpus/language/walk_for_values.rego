# input: web.json
# rego: v0
# namespace: main
package main

deny[msg] {
  [path, value] := walk(input.configuration)
  value == "0.0.0.0/0"
  msg := sprintf("%v", [path])
}
