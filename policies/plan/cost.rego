# What is costly is approved by somebody: data.approval.cost. And what nobody can price is said.
package plan

import data.lib.money
import data.lib.question

approval_cost contains finding if {
	rules := data.approval.cost
	estimate := question.asked.estimate
	estimate.currency == rules.currency
	some limit in cost_limits
	finding := {
		"msg": sprintf("It is estimated at %s, and from %s %s %s on somebody approves it.", [
			money.shown(limit.amount, estimate.currency),
			rules.currency,
			limit.most,
			limit.of,
		]),
		"fix": "Choose a smaller size or a shorter time, and nobody has to approve.",
		"approvers": object.get(rules, "approvers", ["role:operator"]),
		"needed": object.get(rules, "needed", 1),
	}
}

# The sum alone, when both are over.
cost_limits contains {"of": "in all", "most": most, "amount": question.asked.estimate.total} if {
	most := data.approval.cost.total
	question.asked.estimate.total.micros >= money.micros(most)
}

cost_limits contains {"of": "an hour", "most": most, "amount": question.asked.estimate.hourly} if {
	most := data.approval.cost.hourly
	question.asked.estimate.hourly.micros >= money.micros(most)
	not cost_over_total
}

cost_over_total if question.asked.estimate.total.micros >= money.micros(data.approval.cost.total)

warn_unpriced contains finding if {
	data.budget.unpriced == "warn"
	unknown := question.asked.estimate.unknown
	count(unknown) > 0
	finding := {
		"msg": sprintf("Nobody knows what %s will cost; it is not in the estimate.", [concat(", ", unknown)]),
		"fix": "Add a row for it to a price book.",
	}
}
