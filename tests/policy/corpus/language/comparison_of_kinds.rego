# input: web.json
# rego: v1
# namespace: main
package main

deny contains "numbers before texts" if 1 < "1"

deny contains "null before false" if null < false

deny contains "arrays by elements" if [1, 2] < [1, 3]

deny contains "sets" if {1, 2} < {1, 3}

warn contains "texts by bytes" if "Z" < "a"
