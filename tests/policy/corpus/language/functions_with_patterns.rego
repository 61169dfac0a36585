# input: web.json
# rego: v1
# namespace: main
package main

kind("aws_s3_bucket") := "store"

kind("aws_db_instance") := "database"

pair([a, b]) := sprintf("%s+%s", [a, b])

deny contains msg if {
	some rc in input.resource_changes
	msg := pair([kind(rc.type), rc.name])
}
