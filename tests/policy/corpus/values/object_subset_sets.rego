# input: web.json
# rego: v1
# namespace: main
package main

deny contains "all there" if object.subset({1, 2, 3}, {2, 3})

warn contains "in this order" if object.subset([1, 2, 3], [2, 3])

deny contains "nested" if object.subset({"a": {"b": [1], "c": 2}}, {"a": {"b": [1]}})
