# input: web.json
# rego: v1
# namespace: main
# modules: lib/plan.rego
package main

import data.lib.plan as tf

deny contains msg if {
	some rc in tf.of_type("aws_db_instance")
	rc.change.after.publicly_accessible
	msg := tf.label(rc)
}
