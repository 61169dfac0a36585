# input: request.json
# rego: v1
# namespace: main
package main

deny contains {"msg": msg, "field": "name"} if {
	not regex.match(`^[a-z][a-z0-9-]*$`, input.inputs.name)
	bad := regex.find_n(`[^a-z0-9-]`, input.inputs.name, -1)
	msg := sprintf("%d characters are wrong: %v", [count(bad), bad])
}
