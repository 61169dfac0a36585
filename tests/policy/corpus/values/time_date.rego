# input: shop.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	ns := time.parse_rfc3339_ns("2024-02-29T23:30:00-05:00")
	[y, m, d] := time.date(ns)
	later := time.add_date(ns, 1, 0, 0)
	msg := sprintf("%d-%02d-%02d %s", [y, m, d, time.format(later)])
}
