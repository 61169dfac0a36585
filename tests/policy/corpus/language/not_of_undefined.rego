# input: web.json
# rego: v1
# namespace: main
package main

deny contains "no approval" if not input.approval.by

deny contains "not deep" if not input.a.b.c.d == 1
