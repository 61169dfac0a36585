# input: web.json
# rego: v1
# namespace: main
package main

deny contains text if {
	some text in ["api.github.com", "github.com", "a.b.github.com"]
	glob.match("**.github.com", ["."], text)
}
