# Who is let past which rules, until when: data.exceptions. It is recorded with the decision.
package plan

import data.lib.question

exception contains rules if {
	some one in question.exceptions
	one.point == "plan"
	rules := one.rules
}
