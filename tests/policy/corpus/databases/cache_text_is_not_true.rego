# input: shop.json
# rego: v1
# namespace: main
package main

# "true" is a text here: comparing it with true says no.
deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_elasticache_replication_group"
	value := rc.change.after.at_rest_encryption_enabled
	value != true
	msg := sprintf("%s: %q of type %s", [rc.address, value, type_name(value)])
}
