# What is to become so is not let through.
package plan

deny_forbidden contains "This change is forbidden." if {
	some change in input.resource_changes
	change.change.after.input.is == "forbidden"
}
