# input: web.json
# rego: v1
# namespace: main
package main

known(x) if x == "known"

same(x) := x

deny contains "one" if not known(input.missing)

deny contains "two" if not known(same(input.missing))

deny contains "three" if not known(lower(input.missing))
