# How long an environment may live.
package request

import data.lib.span
import data.lib.ttl

deny_ttl contains finding if {
	most := ttl.maximum
	input.ttl.seconds > most.seconds
	finding := {
		"msg": sprintf("%s is too long: %s may live for %s at most.", [
			span.text(input.ttl.seconds),
			most.why,
			span.text(most.seconds),
		]),
		"fix": sprintf("Choose %s or less; it can be extended later.", [span.text(most.seconds)]),
		"field": "ttl",
	}
}

# Nothing is wrong with it; most are simply forgotten.
warn_ttl contains finding if {
	long := span.seconds(data.ttl.warn_from)
	input.ttl.seconds >= long
	count(deny_ttl) == 0
	finding := {
		"msg": sprintf("It is to live for %s. Most environments are not used for so long.", [span.text(input.ttl.seconds)]),
		"fix": "Choose less: before it ends you are asked, and one press extends it.",
		"field": "ttl",
	}
}
