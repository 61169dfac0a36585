# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some pattern in ["[a-z]+", "[a-z", "(?i)x", "a**", "(?<n>x)"]
	not regex.is_valid(pattern)
	msg := pattern
}
