# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	some found in regex.find_all_string_submatch_n(`^module\.(\w+)\[(\d+)\]`, rc.address, -1)
	to_number(found[2]) > 0
	msg := sprintf("%s %s", [found[1], found[2]])
}
