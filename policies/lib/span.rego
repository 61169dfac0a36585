# Spans of time as people write them: 30m, 8h, 14d.
package lib.span

# Undefined for what is none.
seconds(text) := to_number(substring(text, 0, count(text) - 1)) * unit if {
	regex.match(`^[0-9]+[smhd]$`, text)
	unit := units[substring(text, count(text) - 1, 1)]
}

# In the largest unit that divides it.
text(whole) := sprintf("%d d", [floor(whole / 86400)]) if {
	whole % 86400 == 0
} else := sprintf("%d h", [floor(whole / 3600)]) if {
	whole % 3600 == 0
} else := sprintf("%d min", [floor(whole / 60)])

units := {"s": 1, "m": 60, "h": 3600, "d": 86400}
