# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	semver.compare(input.terraform_version, "1.12.0") < 0
	msg := sprintf("terraform %s", [input.terraform_version])
}
