package lib.parts

third contains "aws_iam_user" if wanted

wanted if not unwanted

unwanted if count(input.resource_changes) > 1000
