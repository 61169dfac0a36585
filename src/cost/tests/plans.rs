//! What is read out of Terraform's and OpenTofu's plans.

use serde_json::{Value, json};

use super::*;

#[test]
fn what_only_the_apply_tells_is_not_taken_for_the_providers_default() {
    let mut plan = plan(&[
        ("aws_ebs_volume", json!({ "type": "gp3", "size": 100 })),
        ("aws_ebs_volume", json!({ "type": "gp3" })),
        (
            "aws_instance",
            json!({ "instance_type": "t3.micro", "root_block_device": [{ "volume_type": "gp3" }] }),
        ),
    ]);
    let change = |address: &str, unknown: Value| json!({ "address": address, "change": { "after_unknown": unknown } });
    plan["resource_changes"] = json!([
        // The provider fills it in: nobody has written it.
        change("aws_ebs_volume.r0", json!({ "iops": true, "arn": true })),
        change("aws_ebs_volume.r1", json!({ "size": true })),
        change(
            "aws_instance.r2",
            json!({ "root_block_device": [{ "volume_size": true, "iops": true }] })
        ),
    ]);
    let reference = json!({ "references": ["module.sizes.disk"] });
    plan["configuration"]["root_module"] = json!({ "resources": [
        { "type": "aws_ebs_volume", "name": "r0", "expressions": { "size": { "constant_value": 100 } } },
        { "type": "aws_ebs_volume", "name": "r1", "expressions": { "size": reference } },
        { "type": "aws_instance", "name": "r2",
          "expressions": { "root_block_device": [{ "volume_size": reference }] } },
    ] });
    let estimate = Books::builtin().unwrap().estimate(&read(&plan), &Terms::default());
    let why = |n: usize| why(&estimate.resources[n]);
    assert_eq!(monthly(&estimate.resources[0]).as_deref(), Some("8"));
    assert_eq!(why(1), "`size` is not known before the apply");
    assert_eq!(why(2), "`volume_size` is not known before the apply");
}

#[test]
fn modules_are_looked_into_and_what_is_read_is_not_charged() {
    let volume = |address: &str| {
        json!({ "address": address, "mode": "managed", "type": "aws_ebs_volume", "name": "v",
                "values": { "type": "gp3", "size": 10 } })
    };
    let data = json!({ "address": "data.aws_ebs_volume.d", "mode": "data", "type": "aws_ebs_volume",
                       "name": "d", "values": { "size": 1 } });
    let plan = json!({
        "planned_values": { "root_module": {
            "resources": [volume("aws_ebs_volume.v"), data],
            "child_modules": [{
                "address": "module.a[\"x.y\"]",
                "resources": [volume("module.a[\"x.y\"].aws_ebs_volume.v")],
                "child_modules": [{
                    "address": "module.a[\"x.y\"].module.b",
                    "resources": [volume("module.a[\"x.y\"].module.b.aws_ebs_volume.v")],
                }],
            }],
        } },
        "resource_changes": [
            { "address": "module.a[\"x.y\"].module.b.aws_ebs_volume.v",
              "change": { "after_unknown": { "iops": true } } },
        ],
        "configuration": { "root_module": { "module_calls": { "a": { "module": { "module_calls": {
            "b": { "module": { "resources": [
                { "type": "aws_ebs_volume", "name": "v", "expressions": { "iops": { "references": ["x"] } } },
            ] } },
        } } } } } },
    });
    let estimate = Books::builtin().unwrap().estimate(&read(&plan), &Terms::default());
    let months: Vec<_> = estimate.resources.iter().map(monthly).collect();
    assert_eq!(months, [Some("0.8".to_owned()), Some("0.8".to_owned()), None]);
}

#[test]
fn the_region_is_the_plans_own() {
    let volume = |key: &str, values: Value| {
        json!({ "address": format!("aws_ebs_volume.{key}"), "mode": "managed", "type": "aws_ebs_volume",
                "name": key, "values": values })
    };
    let own =
        |key: &str| json!({ "type": "aws_ebs_volume", "name": key, "provider_config_key": key });
    let plan = json!({
        "variables": { "where": { "value": "eu-central-1" } },
        "planned_values": { "root_module": { "resources": [
            volume("constant", json!({ "size": 1 })),
            volume("variable", json!({ "size": 1 })),
            volume("computed", json!({ "size": 1 })),
            volume("own", json!({ "size": 1, "region": "us-east-1" })),
            volume("none", json!({ "size": 1 })),
        ] } },
        "configuration": {
            "provider_config": {
                "constant": { "expressions": { "region": { "constant_value": "us-east-1" } } },
                "variable": { "expressions": { "region": { "references": ["var.where"] } } },
                "computed": { "expressions": { "region": { "references": ["local.where"] } } },
                "own": { "expressions": { "region": { "constant_value": "eu-west-1" } } },
            },
            "root_module": { "resources": [
                own("constant"), own("variable"), own("computed"), own("own"), own("none"),
            ] },
        },
    });
    let of = |region: Option<&str>| {
        let plan = PlannedValues::of_terraform(plan.to_string().as_bytes(), region).unwrap();
        plan.resources.into_iter().map(|one| one.region.unwrap_or_default()).collect::<Vec<_>>()
    };
    assert_eq!(of(None), ["us-east-1", "eu-central-1", "", "us-east-1", ""]);
    assert_eq!(of(Some("us-east-1"))[4], "us-east-1");
    let plan = PlannedValues::of_terraform(plan.to_string().as_bytes(), None).unwrap();
    let estimate = Books::builtin().unwrap().estimate(&plan, &Terms::default());
    let why = |n: usize| why(&estimate.resources[n]);
    assert_eq!(why(1), "there is no price book for aws eu-central-1");
    assert_eq!(why(2), "its region is not known before the apply");
}

#[test]
fn what_is_no_plan_says_so() {
    for text in ["", "{}", "[1]", r#"{"format_version":"1.0"}"#] {
        let error = PlannedValues::of_terraform(text.as_bytes(), None).unwrap_err();
        assert!(error.to_string().contains("terraform show -json"), "{text}: {error}");
    }
}

#[test]
fn blocks_that_the_plan_does_not_show_one_by_one_are_no_defaults() {
    let mut plan = plan(&[(
        "aws_instance",
        json!({ "instance_type": "t3.micro", "ebs_block_device": [{ "volume_type": "gp3" }] }),
    )]);
    let marks = json!({ "ebs_block_device": [{ "volume_size": true }] });
    plan["resource_changes"] =
        json!([{ "address": "aws_instance.r0", "change": { "after_unknown": marks } }]);
    let of = |plan: &Value| {
        Books::builtin().unwrap().estimate(&read(plan), &Terms::default()).resources.remove(0)
    };
    // `dynamic "ebs_block_device"` stands nowhere in the configuration.
    assert_eq!(why(&of(&plan)), "`volume_size` is not known before the apply");
    let written = json!({ "ebs_block_device": [{ "device_name": {} }] });
    plan["configuration"]["root_module"] =
        json!({ "resources": [{ "type": "aws_instance", "name": "r0", "expressions": written }] });
    assert_eq!(why(&of(&plan)), "`volume_size` is not set");
}

#[test]
fn what_nobody_says_of_a_disk_is_assumed() {
    let estimate = priced(
        &[
            ("aws_instance", json!({ "instance_type": "t3.micro", "root_block_device": [{}] })),
            (
                "aws_instance",
                json!({ "instance_type": "t3.micro",
                "root_block_device": [{ "volume_type": "gp3", "volume_size": 8 }] }),
            ),
            ("aws_ebs_volume", json!({ "type": "gp3", "snapshot_id": "snap-1" })),
        ],
        &Terms::default(),
    );
    let assumed: Vec<bool> = estimate.resources.iter().map(PricedResource::is_assumed).collect();
    assert_eq!(assumed, [true, false, false]);
    assert_eq!(why(&estimate.resources[2]), "`size` is not set", "it is the snapshot's");
}

#[test]
fn no_number_of_a_plan_is_too_much() {
    let size = |size: Value| ("aws_ebs_volume", json!({ "type": "gp3", "size": size }));
    let wanted = [
        size(json!(1e27)),
        size(json!("79228162514264337593543950335")),
        size(json!(-5)),
        size(json!("1e400")),
        (
            "aws_elasticache_replication_group",
            json!({ "node_type": "cache.t3.micro", "num_node_groups": 999_999_999, "replicas_per_node_group": 999_999_999 }),
        ),
        size(json!(1_000_000_000)),
    ];
    let estimate = priced(&wanted, &Terms::default());
    let whys: Vec<String> = estimate.resources[..5].iter().map(why).collect();
    for (why, part) in whys.iter().zip([
        "beyond all measure",
        "beyond all measure",
        "less than nothing",
        "and no number",
        "beyond all measure",
    ]) {
        assert!(why.contains(part), "{why}");
    }
    assert_eq!(estimate.priced(), (1, 6));
    // A thousand million GB for ten years stay within what a decimal holds.
    let years = estimate.during(Span::days(3650));
    assert_eq!(
        years.round_dp(2),
        (decimal("80000000") * decimal("87600") / HOURS_A_MONTH).round_dp(2)
    );
}
