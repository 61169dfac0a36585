# input: web.json
# rego: v1
# namespace: main
package main

padded(v) := v if count(split(v, ".")) == 3

padded(v) := concat(".", [v, "0"]) if count(split(v, ".")) == 2

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_elasticache_replication_group"
	v := padded(rc.change.after.engine_version)
	semver.is_valid(v)
	semver.compare(v, "6.2.0") == -1
	msg := sprintf("redis %s is before 6.2.0", [v])
}
