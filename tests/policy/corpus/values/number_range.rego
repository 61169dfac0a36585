# input: web.json
# rego: v1
# namespace: main
package main

deny contains numbers.range(5, 1) if true

deny contains numbers.range_step(0, 10, 4) if true
