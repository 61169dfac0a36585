# input: web.json
# rego: v1
# namespace: main
package main

deny contains rc.address if {
	some rc in input.resource_changes
	glob.match("aws_{s3_bucket,ebs_volume,iam_user}", [], rc.type)
}
