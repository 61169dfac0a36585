# input: web.json
# rego: v1
# namespace: main
package main

big if count(input.resource_changes) > 3

deny contains "small plans are not big" if not big with input as {"resource_changes": [1, 2]}

deny contains "this one is" if big
