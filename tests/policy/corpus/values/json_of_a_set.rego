# input: web.json
# rego: v1
# namespace: main
package main

deny contains json.marshal({"b", "a", "c"}) if true
