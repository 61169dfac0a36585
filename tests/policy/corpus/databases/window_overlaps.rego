# input: trio.json
# rego: v1
# namespace: main
package main

minutes(text) := (to_number(trim_left(parts[0], "0") ) * 60) + to_number(parts[1]) if {
	parts := split(text, ":")
	parts[0] != "00"
}

minutes(text) := to_number(parts[1]) if {
	parts := split(text, ":")
	parts[0] == "00"
}

deny contains msg if {
	some window in ["03:30-04:00", "00:15-00:45", "12:00-11:00"]
	[from, until] := split(window, "-")
	minutes(from) > minutes(until)
	msg := sprintf("%s: %d minutes is after %d", [window, minutes(from), minutes(until)])
}
