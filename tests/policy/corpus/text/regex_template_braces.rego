# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some rc in input.resource_changes
	regex.template_match("aws_{[a-z]+}_instance", rc.type, "{", "}")
	msg := rc.address
}
