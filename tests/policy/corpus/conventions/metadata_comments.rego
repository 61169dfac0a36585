# input: web.json
# rego: v1
# namespace: main
package main

# METADATA
# title: Users
# description: People have no users.
# custom:
#  severity: HIGH
deny contains "annotated" if input.resource_changes[_].type == "aws_iam_user"
