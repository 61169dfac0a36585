# input: web.json
# rego: v1
# namespace: main
package main

deny contains v if {
	some v in ["1.2", "1.2.3", "v1.2.3", "01.2.3", "1.2.3-alpha.1", ""]
	not semver.is_valid(v)
}
