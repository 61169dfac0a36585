package lib.parts

second contains rc.address if {
	some rc in input.resource_changes
	rc.type in watched
}

watched := third | {"aws_lambda_function"}
