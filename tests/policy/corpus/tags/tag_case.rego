# input: shop.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	rc.type == "aws_ebs_volume"
	some key, value in rc.change.after.tags_all
	upper(value) == value
	msg := sprintf("%v shouts: %v", [key, value])
}
