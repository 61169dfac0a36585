# input: web.json
# rego: v1
# namespace: main
package main

deny contains found if {
	some found in regex.find_n(`".*?"`, `"a" and "b"`, -1)
}
