# input: web.json
# rego: v1
# namespace: main
# needs: regex.globs_match
package main

deny contains "they overlap" if regex.globs_match("a.a.[0-9]+z", "b.b*")

warn contains "they overlap" if regex.globs_match("a.*", "ab[0-9]*")
