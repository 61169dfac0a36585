# input: web.json
# rego: v1
# namespace: main
package main

violation contains {"msg": msg, "severity": severity, "missing": missing} if {
	some rc in input.resource_changes
	rc.change.after.tags_all != null
	missing := [t | some t in ["mayfly:environment", "mayfly:owner"]; not rc.change.after.tags_all[t]]
	missing != []
	severity := {1: "low", 2: "high"}[count(missing)]
	msg := sprintf("%s: %d tags are missing", [rc.address, count(missing)])
}
