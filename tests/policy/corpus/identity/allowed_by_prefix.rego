# input: trio.json
# rego: v1
# namespace: main
package main

deny contains rc.type if {
	some rc in input.resource_changes
	not strings.any_prefix_match(rc.type, ["aws_db_", "aws_s3_", "aws_elasticache_", "aws_security_group", "aws_vpc_"])
}
