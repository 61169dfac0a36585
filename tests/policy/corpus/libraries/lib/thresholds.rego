package lib.thresholds

counts[type] := n if {
	some rc in input.resource_changes
	type := rc.type
	n := count([1 | some other in input.resource_changes; other.type == type])
}

most(type) := data.thresholds[type]

most(type) := data.thresholds.default if not data.thresholds[type]
