# input: web.json
# rego: v0
# namespace: main
package main

public_acls = {"public-read", "public-read-write", "website"}

deny[msg] {
  r := input.resource_changes[i]
  r.type == "aws_s3_bucket_acl"
  public_acls[r.change.after.acl]
  msg := sprintf("change %d: `%s` has the ACL %q", [i, r.address, r.change.after.acl])
}
