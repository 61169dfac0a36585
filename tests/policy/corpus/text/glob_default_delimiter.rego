# input: web.json
# rego: v1
# namespace: main
package main

deny contains text if {
	some text in ["db.r6g.large", "large"]
	glob.match("*large", null, text)
}
