# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some size in [1, "large", null]
	schema := {"properties": {"size": {"type": "integer"}}, "required": ["size"]}
	[ok, _] := json.match_schema({"size": size}, schema)
	not ok
	msg := sprintf("%v is no size", [size])
}
