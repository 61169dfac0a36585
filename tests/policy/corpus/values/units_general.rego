# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some text in ["500m", "2", "1.5k", "3Gi"]
	msg := sprintf("%s is %v", [text, units.parse(text)])
}
