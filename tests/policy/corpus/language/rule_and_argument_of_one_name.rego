# input: web.json
# rego: v1
# namespace: main
package main

bucket := "a rule"

is_plain(bucket) if bucket.change.after.bucket == "Calm.Otter.assets"

deny contains msg if {
	some rc in input.resource_changes
	is_plain(rc)
	msg := sprintf("%s, and bucket is %s", [rc.address, bucket])
}
