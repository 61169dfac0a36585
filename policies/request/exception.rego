# Who is let past which rules, until when: data.exceptions. It is recorded with the decision.
package request

import data.lib.question

exception contains rules if {
	some one in question.exceptions
	one.point == "request"
	rules := one.rules
}
