# input: web.json
# rego: v1
# namespace: main
package main

deny_a contains "a" if true

deny_b_c contains "b c" if true

violation_d contains {"msg": "d"} if true

warn_e contains "e" if true

denying contains "no rule of ours" if true

warning contains "nor this" if true
