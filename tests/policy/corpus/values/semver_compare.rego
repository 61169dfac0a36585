# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	some v in ["1.9.0", "1.10.0", "1.10.0-rc.1", "2.0.0+build.5"]
	semver.compare(v, "1.10.0") != 0
	msg := sprintf("%s %d", [v, semver.compare(v, "1.10.0")])
}
