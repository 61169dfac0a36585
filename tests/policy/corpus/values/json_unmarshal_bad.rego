# input: web.json
# rego: v1
# namespace: main
package main

deny contains "not json" if not json.unmarshal("{")

warn contains msg if {
	parsed := json.unmarshal(`{"a": [1, {"b": 2}]}`)
	msg := sprintf("%v", [parsed.a[1].b])
}
