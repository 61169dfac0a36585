# input: web.json
# rego: v1
# namespace: main
package main

deny contains "never" if {
	every x in input.nothing.at.all {
		x == 1
	}
}

warn contains "not every" if not all_ones

all_ones if {
	every x in input.nothing {
		x == 1
	}
}
