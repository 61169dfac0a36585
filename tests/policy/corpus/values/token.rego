# input: web.json
# rego: v1
# namespace: main
# needs: io.jwt.decode
package main

deny contains msg if {
	token := "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"
	[_, payload, _] := io.jwt.decode(token)
	msg := payload.sub
}
