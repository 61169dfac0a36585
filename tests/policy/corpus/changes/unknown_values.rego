# input: change.json
# rego: v1
# namespace: main
package main

unknown[rc.address] := keys if {
	some rc in input.resource_changes
	keys := {k | some k, u in rc.change.after_unknown; u == true}
	count(keys) > 0
}

warn contains sprintf("%s: %s", [a, concat(",", ks)]) if {
	some a, ks in unknown
}
