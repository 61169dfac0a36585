# input: request.json
# rego: v1
# namespace: request
package request

import data.limits

deny_replicas contains {"msg": msg, "field": "replicas"} if {
	input.inputs.replicas > 10
	msg := sprintf("%d replicas", [input.inputs.replicas])
}
