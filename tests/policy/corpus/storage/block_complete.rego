# input: trio.json
# rego: v1
# namespace: main
package main

switches := ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"]

closed(block) if {
	every s in switches {
		block[s] == true
	}
}

deny contains rc.address if {
	some rc in input.resource_changes
	rc.type == "aws_s3_bucket_public_access_block"
	not closed(rc.change.after)
}
