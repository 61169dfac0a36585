# input: web.json
# rego: v1
# namespace: main
# needs: array.flatten
package main

deny contains msg if {
	lists := [block.cidr_blocks | some rc in input.resource_changes; some block in rc.change.after.ingress]
	some msg in array.flatten(lists)
}
