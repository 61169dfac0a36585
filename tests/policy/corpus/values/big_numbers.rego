# input: web.json
# rego: v1
# namespace: main
package main

deny contains 9007199254740993 + 1 if true

deny contains 1e3 if true
