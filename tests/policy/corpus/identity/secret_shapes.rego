# input: web.json
# rego: v1
# namespace: main
package main

patterns := {"aws key": `AKIA[0-9A-Z]{16}`, "account": `\b\d{12}\b`, "ami": `ami-[0-9a-f]{17}`}

found[kind] contains value if {
	walk(input.planned_values, [_, value])
	is_string(value)
	some kind, pattern in patterns
	regex.match(pattern, value)
}

deny contains sprintf("%s: %s", [kind, concat(",", values)]) if {
	some kind, values in found
}
