package plan

import data.lib.sample

test_a_type_may_be_denied if {
	services := {"allowed": [], "denied": {"aws_iam_user*": "it outlives the environment"}}
	found := deny_service with input as sample.made("aws_iam_user_policy", {}) with data.services as services
	found == {{
		"msg": concat("", [
			"aws_iam_user_policy.x is of the type aws_iam_user_policy, which environments may not have: ",
			"it outlives the environment.",
		]),
		"fix": "Take it out of the template, and ask the platform's team if you need it.",
		"resource": "aws_iam_user_policy.x",
	}}
	count(deny_service) == 0 with input as sample.made("aws_iam_role", {}) with data.services as services
	preview := sample.previewed("aws:iam/user:User", {})
	count(deny_service) == 1 with input as preview with data.services as services
}

test_with_a_list_nothing_else_is_allowed if {
	services := {"allowed": ["aws_s3_*", "random_*"], "denied": {}}
	said := sample.messages(deny_service) with input as sample.made("aws_sqs_queue", {})
		with data.services as services
	said == {"aws_sqs_queue.x is of the type aws_sqs_queue, which is not among those that are allowed."}
	count(deny_service) == 0 with input as sample.made("aws_s3_bucket", {}) with data.services as services
}
