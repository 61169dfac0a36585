# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	parsed := uuid.parse("123e4567-e89b-12d3-a456-426614174000")
	msg := sprintf("%v", [parsed.version])
}
