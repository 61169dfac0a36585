# input: web.json
# rego: v1
# namespace: main
# modules: lib/parts_a.rego lib/parts_b.rego lib/parts_c.rego
package main

# Every part needs the next one.
import data.lib.parts

deny contains msg if {
	some msg in parts.first
}
