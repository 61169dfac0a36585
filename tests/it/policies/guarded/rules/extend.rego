# Nobody extends by more than eight hours without a reason.
package extend

deny_long contains {"msg": "Eight hours are the most.", "fix": "Extend by less."} if input.ttl.seconds > 8 * 3600

deny_budget contains {"msg": "The budget has no room for that."} if {
	input.budget
	input.estimate.total.micros > input.budget.left.micros
}
