# input: web.json
# rego: v1
# namespace: main
package main

deny contains text if {
	some text in ["Zm9v", "Zm9", "%%%", ""]
	not base64.is_valid(text)
}
