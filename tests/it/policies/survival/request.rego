# What lives are led by: a project that is refused, and one that somebody has to approve.
package request

deny_nobody contains "This project is nobody's." if input.project == "nobody"

approval_guarded contains {"msg": "This project is guarded.", "approvers": ["role:operator"]} if {
	input.project == "guarded"
}
