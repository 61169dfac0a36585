# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	encoded := urlquery.encode_object({"b": "x y", "a": ["1", "2"]})
	msg := sprintf("%s %s %v", [encoded, urlquery.encode("a/b c&d"), urlquery.decode("a%2Fb+c")])
}
