# input: web.json
# rego: v1
# namespace: main
package main

deny contains text if {
	some text in [`{"a":1}`, "{a:1}", "3", "null", "nul"]
	not json.is_valid(text)
}
