# input: web.json
# rego: v1
# namespace: main
package main

deny contains text if {
	some text in ["t3.micro", "t3.a.micro", "m5.large", "t3"]
	glob.match("t3.*", ["."], text)
}
