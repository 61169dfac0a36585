# input: web.json
# rego: v1
# namespace: main
package main

deny contains {"message": "in the wrong key"} if true
