# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	owners := {o | some rc in input.resource_changes; o := rc.change.after.tags_all["mayfly:owner"]}
	some o in owners
	[local_part, domain] := split(o, "@")
	domain != "example.org"
	msg := sprintf("%s is at %s", [local_part, domain])
}
