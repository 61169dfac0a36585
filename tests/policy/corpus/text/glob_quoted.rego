# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	quoted := glob.quote_meta("module.buckets[0].*")
	msg := quoted
}
