# input: shop.json
# rego: v1
# namespace: main
package main

sets := {json.marshal(rc.change.after.tags_all) | some rc in input.resource_changes; is_object(rc.change.after.tags_all)}

deny contains "tags differ" if count(sets) != 1

warn contains first if {
	some first in sets
}
