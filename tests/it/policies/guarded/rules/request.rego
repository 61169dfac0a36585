# What tests ask for is judged by its note and its project.
package request

deny_red contains {"msg": "Red is not for sale.", "fix": "Take green.", "field": "note"} if {
	input.inputs.note == "red"
}

warn_amber contains {"msg": "Amber is nearly red.", "fix": "Take green."} if input.inputs.note == "amber"

deny_locked contains {"msg": "This project is locked.", "fix": "Take another project."} if {
	input.project == "locked"
}

approval_one contains {"msg": "One has to agree.", "approvers": ["team:search", "role:operator"]} if {
	input.project == "single"
}

approval_none contains {"msg": "Nobody can agree.", "approvers": ["role:nobody"]} if {
	input.project == "lonely"
}

approval_two contains {
	"msg": "Two have to agree.",
	"approvers": ["team:search", "role:operator"],
	"needed": 2,
} if {
	input.project == "joint"
}
