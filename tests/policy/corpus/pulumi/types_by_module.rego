# input: pulumi.json
# rego: v1
# namespace: main
package main

modules contains regex.find_all_string_submatch_n(`^(\w+):(\w+)/`, t, 1)[0][2] if {
	t := input.steps[_].newState.type
}

deny contains sprintf("%s", [concat(" ", modules)]) if "iam" in modules
