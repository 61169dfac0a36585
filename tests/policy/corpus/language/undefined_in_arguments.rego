# input: web.json
# rego: v1
# namespace: main
package main

deny contains sprintf("%v", [input.missing]) if true

warn contains sprintf("%v", [object.get(input, "missing", "nothing")]) if true
