# What the tests beside the policies judge.
package lib.sample

# A plan of Terraform that makes one resource.
made(type, values) := made_with(type, values, {})

# With what is only known after the apply.
made_with(type, values, unknown) := {"resource_changes": [change(sprintf("%s.x", [type]), values, unknown)]}

change(address, values, unknown) := {
	"address": address,
	"mode": "managed",
	"type": split(address, ".")[count(split(address, ".")) - 2],
	"provider_name": "registry.terraform.io/hashicorp/aws",
	"change": {"actions": ["create"], "before": null, "after": values, "after_unknown": unknown},
}

# A preview of Pulumi that makes one resource.
previewed(type, inputs) := {"steps": [step("create", type, "x", inputs)]}

step(op, type, name, inputs) := {
	"op": op,
	"urn": urn(type, name),
	"newState": {"urn": urn(type, name), "type": type, "inputs": inputs, "provider": provider},
}

urn(type, name) := sprintf("urn:pulumi:calm::shop::%s::%s", [type, name])

provider := "urn:pulumi:calm::shop::pulumi:providers:aws::default_x::04da6b54"

# A question with a budget and an estimate, both in cents.
asked(left, estimated) := {
	"actor": {"kind": "person", "id": "UALICE", "team": "payments", "groups": [], "roles": []},
	"template": {"name": "s3-bucket"},
	"inputs": {},
	"project": "checkout",
	"ttl": {"seconds": 28800},
	"counts": {"person": 1, "team": 4, "all": 9},
	"time": {"now": "2026-11-23T10:00:00Z", "now_ns": 1795428000000000000},
	"budget": {
		"team": "payments",
		"month": "2026-11",
		"currency": "USD",
		"limit": money(20000),
		"reserved": money(20000 - left),
		"left": money(left),
		"wanted": money(estimated),
	},
	"estimate": {
		"currency": "USD",
		"hourly": money(41),
		"total": money(estimated),
		"priced": 2,
		"resources": 3,
		"unknown": ["aws_x.y"],
	},
}

money(cents) := {"amount": sprintf("%d.%02d", [floor(cents / 100), cents % 100]), "micros": cents * 10000}

messages(findings) := {finding.msg | some finding in findings}
