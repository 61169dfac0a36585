# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	msg := concat(" ", [base64url.encode("??>>"), base64url.encode_no_pad("??>"), base64url.decode("Pz8-"), base64.encode("??>>")])
}
