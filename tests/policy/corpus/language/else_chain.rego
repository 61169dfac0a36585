# input: web.json
# rego: v1
# namespace: main
package main

severity(rc) := "critical" if {
	rc.type == "aws_db_instance"
	rc.change.after.publicly_accessible
} else := "high" if {
	rc.type in {"aws_iam_user", "aws_security_group"}
} else := "medium" if {
	startswith(rc.type, "aws_s3")
} else := "low"

deny contains msg if {
	some rc in input.resource_changes
	level := severity(rc)
	level in {"critical", "high"}
	msg := sprintf("[%s] %s", [upper(level), rc.address])
}
