# input: web.json
# rego: v1
# namespace: main
# modules: more_main.rego
package main

deny contains sprintf("of the first file, %s", [shared]) if true
