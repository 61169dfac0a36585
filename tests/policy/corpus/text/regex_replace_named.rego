# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	msg := regex.replace("2026-11-23", `(?P<y>\d+)-(?P<m>\d+)-(?P<d>\d+)`, "${d}.${m}.${y}")
}
