# input: web.json
# rego: v1
# namespace: main
package main

resources contains {"module": path[1], "address": resource.address} if {
	walk(input.configuration.root_module, [path, node])
	path[0] == "module_calls"
	some resource in node.resources
}

deny contains sprintf("%s in %s", [r.address, r.module]) if some r in resources
