package destroy

import data.lib.sample

protected_asked(actor, roles) := {
	"actor": {"kind": "person", "id": actor, "roles": roles},
	"project": "ledger",
	"environment": {"name": "calm-otter", "owner": "UALICE"},
}

protected_rules := {"projects": ["ledger"], "environments": ["calm-*"]}

test_its_owner_alone_may_not if {
	found := deny_protected with input as protected_asked("UALICE", ["lead"]) with data.protected as protected_rules
	sample.messages(found) == {
		"calm-otter is protected: everything of the project ledger is.",
		"calm-otter is protected: its name matches calm-*.",
	}
	{one.fix | some one in found} == {"Ask an operator to destroy it, or let it come to its end."}
}

test_operator_and_clock_may if {
	count(deny_protected) == 0 with input as protected_asked("UBOB", ["operator"]) with data.protected as protected_rules
	clock := object.union(protected_asked("", []), {"actor": {"kind": "scheduler"}})
	count(deny_protected) == 0 with input as clock with data.protected as protected_rules
	count(warn_owner) == 0 with input as clock
}

test_what_is_not_protected_may_go if {
	other := {"projects": ["shop"], "environments": ["wild-*"]}
	count(deny_protected) == 0 with input as protected_asked("UALICE", []) with data.protected as other
}

test_it_is_said_whose_it_is if {
	said := sample.messages(warn_owner) with input as protected_asked("UBOB", ["operator"])
	said == {"calm-otter is not yours; <@UALICE> owns it."}
	count(warn_owner) == 0 with input as protected_asked("UALICE", [])
}
