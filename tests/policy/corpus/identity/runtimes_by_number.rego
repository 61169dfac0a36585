# input: shop.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	[_, digits] := split(rc.change.after.runtime, "python3.")
	to_number(digits) < 13
	msg := sprintf("3.%v is before 3.13", [digits])
}
