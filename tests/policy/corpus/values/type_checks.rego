# input: web.json
# rego: v1
# namespace: main
package main

deny contains kind if {
	some kind, yes in {
		"array": is_array([]),
		"set": is_set(set()),
		"object": is_object({}),
		"number": is_number("1"),
		"null": is_null(null),
	}
	yes
}
