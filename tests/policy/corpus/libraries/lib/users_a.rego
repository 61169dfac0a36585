package lib.users

types := {"aws_iam_user", "aws_iam_access_key"}
