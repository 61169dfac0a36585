# input: web.json
# rego: v0
# namespace: main
package main

# The bucket's own block, as it was before version 4 of the provider.
deny[msg] {
  bucket := input.resource_changes[_]
  bucket.type == "aws_s3_bucket"
  not bucket.change.after.server_side_encryption_configuration
  msg := sprintf("%s: server side encryption is not configured", [bucket.address])
}
