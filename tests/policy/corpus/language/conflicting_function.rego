# input: shop.json
# rego: v1
# namespace: main
package main

tier(rc) := "small" if endswith(rc.change.after.instance_class, "micro")

tier(rc) := "burst" if startswith(rc.change.after.instance_class, "db.t4g")

deny contains tier(rc) if some rc in input.resource_changes
