package lib.pattern_test

import data.lib.pattern

test_a_star_is_anything if {
	pattern.matches("aws_iam_user*", "aws_iam_user")
	pattern.matches("aws_iam_user*", "aws_iam_user_policy")
	pattern.matches("*_policy", "aws_iam_user_policy")
	pattern.matches("aws_*_policy", "aws_iam_user_policy")
	pattern.matches("*", "")
	not pattern.matches("aws_iam_user*", "aws_iam_role")
	not pattern.matches("aws_*_policy", "aws_policies")
	not pattern.matches("ab*bc", "abc")
}

test_without_a_star_it_is_the_text if {
	pattern.matches("aws_iam_user", "aws_iam_user")
	not pattern.matches("aws_iam_user", "aws_iam_user_policy")
	not pattern.matches("", "x")
}

test_many_stars_are_a_glob if {
	pattern.matches("aws_*_user_*", "aws_iam_user_policy")
	not pattern.matches("aws_*_user_*", "aws_iam_role_policy")
}

test_what_every_match_begins_with if {
	pattern.beginning("aws_iam_*") == "aws_iam_"
	pattern.beginning("aws_s3_bucket") == "aws_s3_bucket"
	pattern.beginning("{aws,awscc}_*_user*") == ""
}

test_parts_are_matched_one_by_one if {
	pattern.matches_parts("t*.*", "t3.micro")
	pattern.matches_parts("db.*.large", "db.r6g.large")
	not pattern.matches_parts("db.*.large", "db.r6g.xlarge")
	not pattern.matches_parts("*.large", "db.r6g.large")
	not pattern.matches_parts("t3.*", "t3")
	not pattern.matches_parts("t3.*", "t3.a.micro")
}
