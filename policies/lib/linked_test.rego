package lib.linked_test

import data.lib.linked
import data.lib.sample

setting(place) := {"address": place, "place": place, "type": "s", "values": {}, "unknown": {"bucket": true}}

bucket(place) := {"address": place, "place": place, "type": "aws_s3_bucket", "values": {}, "unknown": {}}

linked_to(one, found) if count(linked.targets(one) & linked.keys(found)) > 0

configured(module) := {"configuration": {"root_module": module}}

resource(address, references) := {
	"address": address,
	"expressions": {"bucket": {"references": references}},
}

test_by_name if {
	named := {"place": "s.x", "values": {"bucket": "b"}, "unknown": {}}
	linked_to(named, {"place": "aws_s3_bucket.a", "values": {"bucket": "b"}, "unknown": {}})
	not linked_to(named, {"place": "aws_s3_bucket.a", "values": {"bucket": "c"}, "unknown": {}})
	not linked_to(named, bucket("aws_s3_bucket.a"))
	nameless := {"place": "s.y", "values": {}, "unknown": {}}
	not linked_to(nameless, bucket("aws_s3_bucket.a"))
}

test_by_reference if {
	plan := configured({"resources": [resource("s.x", ["aws_s3_bucket.a[0].id", "aws_s3_bucket.a[0]"])]})
	linked_to(setting("s.x"), bucket("aws_s3_bucket.a")) with input as plan
	not linked_to(setting("s.x"), bucket("aws_s3_bucket.b")) with input as plan
}

test_a_module_has_buckets_of_its_own if {
	inner := {"resources": [resource("s.x", ["aws_s3_bucket.a.id", "aws_s3_bucket.a"])]}
	plan := configured({"module_calls": {"m": {"module": {"module_calls": {"n": {"module": inner}}}}}})
	linked_to(setting("module.m.module.n.s.x"), bucket("module.m.module.n.aws_s3_bucket.a")) with input as plan
	not linked_to(setting("module.m.module.n.s.x"), bucket("aws_s3_bucket.a")) with input as plan
}

test_by_the_output_of_a_module if {
	outputs := {
		"id": {"expression": {"references": ["aws_s3_bucket.a.id", "aws_s3_bucket.a"]}},
		"other": {"expression": {"references": ["aws_s3_bucket.b.id", "aws_s3_bucket.b"]}},
	}
	plan := configured({
		"module_calls": {"m": {"module": {"outputs": outputs}}},
		"resources": [resource("s.x", ["module.m.id", "module.m"]), resource("s.y", ["module.m.id"])],
	})
	linked_to(setting("s.x"), bucket("module.m.aws_s3_bucket.a")) with input as plan
	linked_to(setting("s.y"), bucket("module.m.aws_s3_bucket.a")) with input as plan
	not linked_to(setting("s.y"), bucket("module.m.aws_s3_bucket.b")) with input as plan
}

test_by_what_it_is_made_for_each_of if {
	each := object.union(
		resource("s.x", ["each.value.id", "each.value"]),
		{"for_each_expression": {"references": ["aws_s3_bucket.a"]}},
	)
	plan := configured({"resources": [each]})
	linked_to(setting("s.x"), bucket("aws_s3_bucket.a")) with input as plan
}

test_by_the_variable_of_a_module if {
	call := {
		"expressions": {"name": {"references": ["aws_s3_bucket.a.id", "aws_s3_bucket.a"]}},
		"module": {"resources": [resource("s.x", ["var.name"])]},
	}
	plan := configured({"module_calls": {"m": call}, "resources": [resource("s.y", ["var.name"])]})
	linked_to(setting("module.m.s.x"), bucket("aws_s3_bucket.a")) with input as plan
	not linked_to(setting("s.y"), bucket("aws_s3_bucket.a")) with input as plan
}

test_by_what_pulumi_names if {
	one := bucket(sample.urn("aws:s3/bucketV2:BucketV2", "a"))
	other := bucket(sample.urn("aws:s3/bucketV2:BucketV2", "b"))
	preview := {"steps": [{
		"urn": "urn:s",
		"newState": {"propertyDependencies": {"bucket": [one.place]}},
	}]}
	linked_to(setting("urn:s"), one) with input as preview
	not linked_to(setting("urn:s"), other) with input as preview
}

in_module(module) := {"module_calls": {"m": {"module": module}}}

test_modules_are_followed_four_deep if {
	inner := {"resources": [resource("s.x", ["aws_s3_bucket.a"])]}
	four := configured(in_module(in_module(in_module(in_module(inner)))))
	prefix := "module.m.module.m.module.m.module.m."
	one := setting(concat("", [prefix, "s.x"]))
	found := bucket(concat("", [prefix, "aws_s3_bucket.a"]))
	linked_to(one, found) with input as four
	five := configured(in_module(in_module(in_module(in_module(in_module(inner))))))
	deeper := setting(concat("", [prefix, "module.m.s.x"]))
	count(linked.targets(deeper)) == 0 with input as five
}
