# input: shop.json
# rego: v1
# namespace: main
package main

tls_only if {
	some rc in input.resource_changes
	rc.type == "aws_s3_bucket_policy"
	policy := json.unmarshal(rc.change.after.policy)
	some s in policy.Statement
	s.Effect == "Deny"
	s.Condition.Bool["aws:SecureTransport"] == "false"
}

deny contains "nothing denies requests without TLS" if {
	not tls_only
}
