# input: trio.json
# rego: v1
# namespace: main
package main

warn_single contains {"msg": "one zone alone", "resource": rc.address, "severity": "LOW"} if {
	some rc in input.resource_changes
	rc.change.after.multi_az == false
}
