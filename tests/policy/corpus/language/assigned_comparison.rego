# input: web.json
# rego: v0
# namespace: main
package main

deny[msg] {
  t = input.terraform_version
  t == "1.11.4"
  n = count(t)
  msg = sprintf("%v/%v", [t, n])
}
