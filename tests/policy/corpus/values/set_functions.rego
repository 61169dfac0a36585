# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	all_of := union({{"a", "b"}, {"b", "c"}})
	both := intersection({{"a", "b"}, {"b", "c"}})
	msg := sprintf("%v %v", [all_of, both])
}
