# input: web.json
# rego: v1
# namespace: main
# needs: net.cidr_merge
package main

deny contains msg if {
	merged := net.cidr_merge(["10.0.0.0/9", "10.128.0.0/9"])
	some m in merged
	msg := sprintf("one network is enough: %s", [m])
}
