# input: change.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some one in input.relevant_attributes
	msg := sprintf("%s.%s", [one.resource, concat(".", one.attribute)])
}
