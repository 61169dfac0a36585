# input: web.json
# rego: v1
# namespace: main
package main

at(hour) := time.clock([time.now_ns(), "UTC"])[0] == hour

deny contains "in the morning" if at(9) with time.now_ns as 1795424400000000000
