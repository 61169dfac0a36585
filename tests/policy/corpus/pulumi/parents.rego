# input: pulumi.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	orphans := [s.urn | some s in input.steps; not s.newState.parent]
	count(orphans) != 1
	msg := sprintf("%d without a parent", [count(orphans)])
}
