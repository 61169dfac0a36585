# input: web.json
# rego: v1
# namespace: main
# needs: crypto.md5
package main

deny contains crypto.md5("calm-otter") if true
