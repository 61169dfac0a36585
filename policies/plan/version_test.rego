package plan

import data.lib.sample

version_rules := {
	"minimum": {"postgres": "15", "aurora-mysql": "8.0", "kubernetes": "1.30", "redis": "6.2"},
	"ended": ["python3.7"],
}

version_runs(engine, version) := found if {
	found := deny_version with input as sample.made("aws_db_instance", {"engine": engine, "engine_version": version})
		with data.versions as version_rules
}

test_an_old_engine_is_denied if {
	version_runs("postgres", "12.19") == {{
		"msg": "aws_db_instance.x runs postgres 12.19; it has to be 15 or newer.",
		"fix": "Set `engine_version` to 15 or newer.",
		"resource": "aws_db_instance.x",
	}}
	count(version_runs("postgres", "9.6")) == 1
	count(version_runs("postgres", "15")) == 0
	count(version_runs("postgres", "16.4")) == 0
	count(version_runs("aurora-mysql", "8.0.mysql_aurora.3.05.2")) == 0
	count(version_runs("aurora-mysql", "5.7.mysql_aurora.2.11.1")) == 1
	count(version_runs("oracle-ee", "11")) == 0
	count(version_runs("postgres", null)) == 0
}

version_cluster(version) := sample.made("aws_eks_cluster", {"version": version})

test_an_old_cluster_is_denied if {
	count(deny_version) == 1 with input as version_cluster("1.9") with data.versions as version_rules
	count(deny_version) == 0 with input as version_cluster("1.31") with data.versions as version_rules
	count(deny_version) == 0 with input as version_cluster(null) with data.versions as version_rules
}

test_an_ended_runtime_is_denied if {
	old := sample.made("aws_lambda_function", {"runtime": "python3.7"})
	said := sample.messages(deny_version) with input as old with data.versions as version_rules
	said == {"aws_lambda_function.x runs on python3.7, which gets no more fixes."}
	new := sample.made("aws_lambda_function", {"runtime": "python3.13"})
	count(deny_version) == 0 with input as new with data.versions as version_rules
}

test_other_types_have_versions_of_their_own if {
	function := sample.made("aws_other", {"runtime": "python3.7", "version": "1.2"})
	count(deny_version) == 0 with input as function with data.versions as version_rules
}
