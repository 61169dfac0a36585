# input: shop.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_elasticache_replication_group"
	v := sprintf("%s.0", [rc.change.after.engine_version])
	semver.compare(v, "6.2.0") < 0
	msg := sprintf("redis %s is before 6.2.0", [v])
}
