# input: web.json
# rego: v0
# namespace: main
package main

deny[msg] {
  share := 0.875
  msg := sprintf("%d%% or %.1f%%, 100%%", [87, share * 100])
}
