# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some text in ["10K", "10Ki", "1.5GB", "2MiB", "500", "3t"]
	n := units.parse_bytes(text)
	n > 2000
	msg := sprintf("%s is %d", [text, n])
}
