# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	msg := sprintf("%c%c %U %08.3f %+d %o %b %X", [72, 105, 9731, 3.14159, 5, 8, 5, 48879])
}
