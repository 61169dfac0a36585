# input: web.json
# rego: v1
# namespace: main
package main

deny contains n if {
	some text in ["10", "-3.5", "1e3", "007", " 4", "x"]
	n := to_number(text) * 1
}

deny contains to_number(null) if true

deny contains to_number(true) if true
