# Days on which nothing should be changed: data.freeze. It warns and keeps nobody from it.
package update

import data.lib.question

warn_freeze contains finding if {
	zone := object.get(data.freeze, "timezone", "UTC")
	day := time.weekday([question.now_ns, zone])
	day in data.freeze.days
	finding := {
		"msg": sprintf("It is %s (%s): changes are not made on this day.", [day, zone]),
		"fix": "Wait for a working day if it can wait.",
	}
}

warn_freeze contains finding if {
	zone := object.get(data.freeze, "timezone", "UTC")
	[year, month, day] := time.date([question.now_ns, zone])
	today := sprintf("%d-%02d-%02d", [year, month, day])
	some period in data.freeze.periods
	today >= period.from
	today <= period.until
	finding := {
		"msg": sprintf("Changes are frozen from %s until %s: %s.", [period.from, period.until, period.reason]),
		"fix": sprintf("Wait until %s is over if it can wait.", [period.until]),
	}
}
