# input: web.json
# rego: v1
# namespace: main
package main

deny contains array.slice([1, 2, 3], 0, 9) if true

deny contains array.slice([1, 2, 3], -5, 2) if true

deny contains array.slice([1, 2, 3], 2, 1) if true
