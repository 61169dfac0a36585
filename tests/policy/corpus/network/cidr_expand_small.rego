# input: shop.json
# rego: v1
# namespace: main
package main

hosts := net.cidr_expand("192.0.2.8/30")

warn contains msg if {
	some host in hosts
	endswith(host, ".9")
	msg := sprintf("%d hosts, one is %s", [count(hosts), host])
}
