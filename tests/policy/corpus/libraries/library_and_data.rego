# input: web.json
# rego: v1
# namespace: main
# modules: lib/thresholds.rego
# data: lib/thresholds.json
package main

import data.lib.thresholds

deny contains msg if {
	some type, n in thresholds.counts
	n > thresholds.most(type)
	msg := sprintf("%d of %s, %d allowed", [n, type, thresholds.most(type)])
}
