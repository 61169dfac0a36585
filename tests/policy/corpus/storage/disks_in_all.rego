# input: web.json
# rego: v1
# namespace: main
package main

sizes := [size |
	some rc in input.resource_changes
	size := {"aws_ebs_volume": "size", "aws_db_instance": "allocated_storage"}[rc.type]
	is_number(rc.change.after[size])
]

total := sum([n |
	some rc in input.resource_changes
	n := rc.change.after[{"aws_ebs_volume": "size", "aws_db_instance": "allocated_storage"}[rc.type]]
])

deny contains msg if {
	total > 1000
	msg := sprintf("%d disks have %d GB, %.1f GB each on average", [count(sizes), total, total / count(sizes)])
}
