# input: web.json
# rego: v1
# namespace: main
package main

allowed := {"aws_s3_bucket", "aws_db_instance", "aws_security_group", "aws_instance"}

types := {rc.type | some rc in input.resource_changes; rc.mode == "managed"}

deny contains msg if {
	others := types - allowed
	count(others) > 0
	msg := sprintf("%d types are not allowed: %s", [count(others), concat(", ", others)])
}
