# input: web.json
# rego: v1
# namespace: main
package main

deny contains sort(["b", 2, null, true, "a", [1], {"k": 1}, 1.5]) if true
