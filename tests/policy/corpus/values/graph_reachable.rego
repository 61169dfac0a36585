# input: web.json
# rego: v1
# namespace: main
package main

edges := {rc.address: refs |
	some rc in input.configuration.root_module.resources
	refs := {trim_suffix(r, ".id") | some r in rc.expressions.bucket.references}
}

deny contains msg if {
	found := graph.reachable(edges, {"aws_s3_bucket_acl.gap"})
	msg := sprintf("%v", [found])
}
