# input: web.json
# rego: v1
# namespace: main
package main

deny contains text if {
	some text in ["PROD", "Prod-1", "product", "not\nprod"]
	regex.match(`(?im)^prod(-\d)?$`, text)
}
