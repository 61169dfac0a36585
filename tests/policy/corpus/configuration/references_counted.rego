# input: web.json
# rego: v1
# namespace: main
package main

references := [ref |
	walk(input.configuration, [path, node])
	path[count(path) - 1] == "references"
	some ref in node
	not startswith(ref, "var.")
]

deny contains msg if {
	count(references) > 3
	msg := sprintf("%d references to %d places", [count(references), count({r | some r in references})])
}
