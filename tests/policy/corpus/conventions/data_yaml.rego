# input: request.json
# rego: v1
# namespace: main
# data: more/teams.yaml
package main

deny contains msg if {
	team := data.teams[input.actor.team]
	quota := team.quota
	input.counts.team >= quota
	msg := sprintf("%s has %d of %d, its lead is %s", [input.actor.team, input.counts.team, quota, team.lead])
}
