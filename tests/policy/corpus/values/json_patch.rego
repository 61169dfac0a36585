# input: web.json
# rego: v1
# namespace: main
package main

deny contains patched if {
	patched := json.patch({"a": {"b": 1}, "l": [1, 3]}, [
		{"op": "replace", "path": "/a/b", "value": 2},
		{"op": "add", "path": "/l/1", "value": 2},
		{"op": "remove", "path": "/l/0"},
		{"op": "add", "path": "/c", "value": {"d": []}},
	])
}
