# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	text := "größe ☃ maß"
	msg := sprintf("%s %d %d %s", [substring(text, 2, 3), indexof(text, "☃"), count(text), strings.reverse(text)])
}
