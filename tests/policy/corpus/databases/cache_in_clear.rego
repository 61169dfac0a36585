# input: web.json
# rego: v1
# namespace: main
package main

deny contains {"msg": msg, "resource": rc.address} if {
	some rc in input.resource_changes
	startswith(rc.type, "aws_elasticache_")
	some attribute in ["at_rest_encryption_enabled", "transit_encryption_enabled"]
	value := object.get(rc.change.after, attribute, null)
	not value in {true, "true"}
	msg := sprintf("%s of %s is %v", [attribute, rc.name, value])
}
