# input: web.json
# rego: v1
# namespace: main
package main

deny contains text if {
	some text in ["über prod", "überprod", "prod", "a-prod-b"]
	regex.match(`\bprod\b`, text)
}
