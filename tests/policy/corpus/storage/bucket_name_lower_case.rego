# input: web.json
# rego: v0
# namespace: main
package main

import future.keywords.in

violation[{"msg": msg, "details": {"is": name, "should": lower(name)}}] {
  some rc in input.resource_changes
  rc.type == "aws_s3_bucket"
  name := rc.change.after.bucket
  name != lower(name)
  msg := sprintf("bucket names are lower case, %v is not", [name])
}
