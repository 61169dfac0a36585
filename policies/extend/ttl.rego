# How long an environment may live in all, counted from when it was ready, and by how much at once.
package extend

import data.lib.span
import data.lib.ttl

deny_ttl contains finding if {
	most := ttl.maximum
	whole := lives_until - begun
	whole > most.seconds * 1000000000
	finding := {
		"msg": sprintf("With %s more, %s would live for longer than %s, the most for %s.", [
			span.text(input.ttl.seconds),
			input.environment.name,
			span.text(most.seconds),
			most.why,
		]),
		"fix": "Extend it by less, or make a new one.",
		"field": "ttl",
	}
}

deny_ttl_step contains finding if {
	most := span.seconds(data.ttl.extension)
	input.ttl.seconds > most
	finding := {
		"msg": sprintf("%s is too long an extension: %s at once is the most.", [
			span.text(input.ttl.seconds),
			span.text(most),
		]),
		"fix": sprintf("Extend it by %s or less; you are asked again before it ends.", [span.text(most)]),
		"field": "ttl",
	}
}

lives_until := time.parse_rfc3339_ns(input.environment.expires_at) + (input.ttl.seconds * 1000000000)

begun := time.parse_rfc3339_ns(input.environment.ready_at) if is_string(input.environment.ready_at)

# It has not been ready yet.
begun := time.parse_rfc3339_ns(input.environment.created_at) if not is_string(input.environment.ready_at)
