# Amounts of money: millionths, so that nothing is lost; texts in data, so that YAML makes no float of them.
package lib.money

import data.lib.question

# "12.50" in millionths; undefined for what is none.
micros(text) := round(to_number(text) * 1000000) if regex.match(`^[0-9]+(\.[0-9]+)?$`, text)

# `USD 12.50`
shown(money, currency) := sprintf("%s %s", [currency, money.amount])

# What it would take more than is left: {estimate, budget}. It needs both, in one currency.
over := {"estimate": estimate, "budget": budget} if {
	estimate := question.asked.estimate
	budget := question.asked.budget
	estimate.currency == budget.currency
	budget.wanted.micros > max([budget.left.micros, 0])
}

# What to do about it: `deny`, unless data.budget.over says `approval`.
action := "approval" if data.budget.over == "approval"

action := "deny" if not data.budget.over == "approval"

# The findings of every point that has a budget.
denials contains finding if {
	action == "deny"
	finding := {
		"msg": over_text,
		"fix": concat("", [
			"Choose a smaller size or a shorter time, destroy what you no longer need, ",
			"or ask for a larger budget.",
		]),
	}
}

# Without a budget that is required.
denials contains finding if {
	data.budget.required == true
	not is_object(question.asked.budget)
	finding := {
		"msg": "Your team has no budget in this month, and nothing is made without one.",
		"fix": "Ask whoever keeps the policy's data to give your team a budget (`teams.<team>.budget`).",
	}
}

approvals contains finding if {
	action == "approval"
	finding := {
		"msg": over_text,
		"fix": "Choose a smaller size or a shorter time, and nobody has to approve.",
		"approvers": object.get(data.budget, "approvers", ["role:operator"]),
		"needed": object.get(data.budget, "needed", 1),
	}
}

# It fits, and little is left then.
warnings contains finding if {
	share := data.budget.warn_at_percent
	estimate := question.asked.estimate
	budget := question.asked.budget
	estimate.currency == budget.currency
	not over
	used := (budget.limit.micros - budget.left.micros) + budget.wanted.micros
	used * 100 >= budget.limit.micros * share
	finding := {"msg": sprintf(
		"With this, more than %d %% of the budget of %s (%s in %s) is used or promised.",
		[share, budget.team, shown(budget.limit, budget.currency), budget.month],
	)}
}

# They cannot be compared.
warnings contains finding if {
	estimate := question.asked.estimate
	budget := question.asked.budget
	estimate.currency != ""
	estimate.currency != budget.currency
	finding := {
		"msg": sprintf("The estimate is in %s and the budget of %s in %s: they were not compared.", [
			estimate.currency,
			budget.team,
			budget.currency,
		]),
		"fix": "Give the team a budget in the currency of the price book.",
	}
}

over_text := sprintf("This takes %s of the budget of %s in %s, of which %s is left (of %s).", [
	shown(over.budget.wanted, over.budget.currency),
	over.budget.team,
	over.budget.month,
	shown(over.budget.left, over.budget.currency),
	shown(over.budget.limit, over.budget.currency),
])
