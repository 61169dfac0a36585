package plan

import data.lib.sample

test_a_bucket_has_a_plain_name if {
	rules := {"resources": {"aws_s3_bucket": {"attribute": "bucket", "pattern": "^[a-z-]+$", "hint": "Plain."}}}
	found := deny_naming with input as sample.made("aws_s3_bucket", {"bucket": "My.Bucket"}) with data.naming as rules
	found == {{"msg": "aws_s3_bucket.x is called “My.Bucket”.", "fix": "Plain.", "resource": "aws_s3_bucket.x"}}
	count(deny_naming) == 0 with input as sample.made("aws_s3_bucket", {"bucket": "shop"}) with data.naming as rules
	later := sample.made_with("aws_s3_bucket", {}, {"bucket": true})
	count(deny_naming) == 0 with input as later with data.naming as rules
	count(deny_naming) == 0 with input as sample.made("aws_sqs_queue", {"bucket": "X"}) with data.naming as rules
}
