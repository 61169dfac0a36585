# input: shop.json
# rego: v1
# namespace: main
package main

allowed := numbers.range(80, 84) 

deny contains msg if {
	some rc in input.resource_changes
	some block in rc.change.after.ingress
	not block.from_port in allowed
	msg := sprintf("%d is none of %v", [block.from_port, allowed])
}
