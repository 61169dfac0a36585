package lib.users

import data.lib.plan

made contains plan.label(rc) if {
	some rc in plan.created
	rc.type in types
}
