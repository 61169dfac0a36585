# Patterns with `*`, as data has them. They could be globs: but an evaluator compiles a glob each time, which took
# most of the time of a decision.
package lib.pattern

# One `*` at most stands for anything.
matches(pattern, text) if pattern == text

matches(pattern, text) if {
	pieces := split(pattern, "*")
	count(pieces) == 2
	startswith(text, pieces[0])
	endswith(text, pieces[1])
	count(text) >= count(pieces[0]) + count(pieces[1])
}

# What every match begins with: what cannot match is told by it faster. Of what is left to the glob nothing is known.
beginning(pattern) := pieces[0] if {
	pieces := split(pattern, "*")
	count(pieces) <= 2
} else := ""

# More of them are left to the glob.
matches(pattern, text) if {
	count(split(pattern, "*")) > 2
	glob.match(pattern, [], text)
}

# Part by part, between dots: `t3.*` is every size of t3.
matches_parts(pattern, text) if {
	patterns := split(pattern, ".")
	texts := split(text, ".")
	count(patterns) == count(texts)
	every i, part in patterns {
		matches(part, texts[i])
	}
}
