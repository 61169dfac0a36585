# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	parsed := yaml.unmarshal("rules:\n  - port: 22\n    open: yes\n  - {port: 443, open: false}\n")
	some rule in parsed.rules
	rule.port == 22
	msg := sprintf("%d rules, first %v", [count(parsed.rules), rule.open])
}
