//! What is read out of Pulumi's previews.

use serde_json::{Value, json};

use super::*;

const UNKNOWN: &str = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

fn urn(kind: &str, name: &str) -> String {
    format!("urn:pulumi:e::p::{kind}::{name}")
}

/// A resource as a digest has it.
fn state(kind: &str, name: &str, inputs: Value) -> Value {
    json!({ "urn": urn(kind, name), "custom": true, "type": kind, "inputs": inputs })
}

fn step(op: &str, state: Value) -> Value {
    json!({ "op": op, "urn": state["urn"], "newState": state })
}

fn digest(steps: &[Value]) -> Vec<u8> {
    json!({ "config": { "aws:region": REGION }, "steps": steps, "changeSummary": {} })
        .to_string()
        .into_bytes()
}

fn estimate(printed: &[u8]) -> Estimate {
    let plan = PlannedValues::read(printed, None).unwrap();
    Books::builtin().unwrap().estimate(&plan, &Terms::default())
}

#[test]
fn a_preview_is_priced_by_the_same_rates() {
    let stack = json!({ "urn": urn("pulumi:pulumi:Stack", "p-e"), "custom": false, "type": "pulumi:pulumi:Stack" });
    let instance = json!({
        "instanceType": "t3.micro",
        "rootBlockDevice": { "volumeType": "gp3", "volumeSize": 20 },
        "ebsBlockDevices": [{ "deviceName": "/dev/sdf", "volumeType": "st1", "volumeSize": 500 }],
    });
    let database = json!({
        "engine": "postgres", "instanceClass": "db.t3.small", "allocatedStorage": 20, "multiAz": true,
        "password": "[secret]",
    });
    let steps = [
        step("create", stack),
        step("create", state("aws:ec2/instance:Instance", "web", instance)),
        step("create", state("aws:rds/instance:Instance", "db", database)),
        step("create", state("aws:iam/role:Role", "role", json!({}))),
        step("create", state("random:index/randomPassword:RandomPassword", "pw", json!({}))),
        step("create", state("aws:msk/cluster:Cluster", "bus", json!({}))),
    ];
    let estimate = estimate(&digest(&steps));
    let addresses: Vec<&str> = estimate.resources.iter().map(|one| one.address.as_str()).collect();
    assert_eq!(addresses, ["web", "db", "role", "pw", "bus"]);
    let months: Vec<_> = estimate.resources.iter().map(monthly).collect();
    // 7.592 + 20 × 0.08 + 500 × 0.045; 2 × 0.036 × 730 + 2 × 2.30
    let expected = [Some("31.69"), Some("57.16"), Some("0"), Some("0"), None];
    assert_eq!(months, expected.map(|month| month.map(str::to_owned)));
    assert_eq!(
        why(&estimate.resources[4]),
        "the price book has no rate for aws:msk/cluster:Cluster"
    );
    assert_eq!(estimate.priced(), (4, 5));
}

#[test]
fn what_the_update_alone_tells_or_nobody_may_see_is_unknown() {
    let disk = |size: Value| json!({ "type": "gp3", "size": size });
    let secret = json!({ "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "x" });
    let instance = |inner: Value| json!({ "instanceType": "t3.micro", "ebsBlockDevices": inner });
    let steps: Vec<Value> = [
        ("aws:ebs/volume:Volume", disk(json!(UNKNOWN))),
        ("aws:ebs/volume:Volume", disk(json!("[secret]"))),
        ("aws:ebs/volume:Volume", disk(secret)),
        ("aws:ec2/instance:Instance", instance(json!(UNKNOWN))),
        (
            "aws:ec2/instance:Instance",
            instance(json!([{ "volumeType": "gp3", "volumeSize": UNKNOWN }])),
        ),
    ]
    .into_iter()
    .enumerate()
    .map(|(n, (kind, inputs))| step("create", state(kind, &format!("r{n}"), inputs)))
    .collect();
    let estimate = estimate(&digest(&steps));
    let whys: Vec<String> = estimate.resources.iter().map(why).collect();
    let not = |name: &str| format!("`{name}` is not known before the apply");
    assert_eq!(
        whys,
        [not("size"), not("size"), not("size"), not("ebs_block_device"), not("volume_size")]
    );
}

#[test]
fn what_goes_away_is_not_charged_and_a_replacement_once() {
    let eip = |name: &str| state("aws:ec2/eip:Eip", name, json!({}));
    let steps = [
        step("same", eip("stays")),
        step("create-replacement", eip("replaced")),
        step("replace", eip("replaced")),
        json!({ "op": "delete-replaced", "urn": urn("aws:ec2/eip:Eip", "replaced") }),
        json!({ "op": "delete", "urn": urn("aws:ec2/eip:Eip", "gone"), "oldState": eip("gone") }),
        step("read", eip("read")),
        step("import", eip("imported")),
        step("update", eip("updated")),
    ];
    let estimate = estimate(&digest(&steps));
    let addresses: Vec<&str> = estimate.resources.iter().map(|one| one.address.as_str()).collect();
    assert_eq!(addresses, ["stays", "replaced", "imported", "updated"]);
    assert_eq!(estimate.hourly(), decimal("0.020"));
}

#[test]
fn the_events_of_a_preview_are_as_good() {
    let event = |op: &str, name: &str, kind: &str, new: Value| {
        let metadata = json!({ "op": op, "urn": urn(kind, name), "type": kind,
            "new": { "type": kind, "urn": urn(kind, name), "custom": true, "inputs": new } });
        json!({ "sequence": 1, "resourcePreEvent": { "metadata": metadata, "planning": true } })
            .to_string()
            + "\n"
    };
    let volume = json!({ "type": "gp3", "size": 100 });
    let kind = "aws:ebs/volume:Volume";
    let printed = json!({ "sequence": 0, "preludeEvent": { "config": { "aws:region": REGION } } })
        .to_string()
        + "\n"
        + &event("refresh", "r", kind, volume.clone())
        + &event("same", "r", kind, volume.clone())
        + &event("create", "s", kind, volume);
    let estimate = estimate(printed.as_bytes());
    assert_eq!(estimate.priced(), (2, 2));
    assert_eq!(
        estimate.resources.iter().map(monthly).collect::<Vec<_>>(),
        [Some("8".into()), Some("8".into())]
    );
}

#[test]
fn the_region_is_the_providers_own() {
    let provider =
        |name: &str, inputs: Value| step("create", state("pulumi:providers:aws", name, inputs));
    let by = |name: &str, provider: &str, inputs: Value| {
        let mut eip = state("aws:ec2/eip:Eip", name, inputs);
        eip["provider"] = json!(format!("{}::some-id", urn("pulumi:providers:aws", provider)));
        step("create", eip)
    };
    let steps = [
        provider("west", json!({ "region": "eu-west-1" })),
        provider("later", json!({ "region": UNKNOWN })),
        provider("plain", json!({})),
        by("a", "west", json!({})),
        by("b", "later", json!({})),
        by("c", "plain", json!({})),
        by("d", "default_7_0_0", json!({})),
        by("e", "west", json!({ "region": REGION })),
    ];
    let plan = PlannedValues::read(&digest(&steps), None).unwrap();
    let regions: Vec<Option<&str>> =
        plan.resources.iter().map(|one| one.region.as_deref()).collect();
    assert_eq!(regions, [Some("eu-west-1"), None, Some(REGION), Some(REGION), Some(REGION)]);
}

#[test]
fn what_is_no_preview_says_so() {
    for text in ["", "{}", "[1]", "{\"steps\":"] {
        let error = PlannedValues::of_pulumi(text.as_bytes(), None).unwrap_err();
        assert!(error.to_string().contains("`pulumi preview --json` prints"), "{text}: {error}");
    }
    assert_eq!(PlannedValues::read(&digest(&[]), None).unwrap().resources, []);
    let error = PlannedValues::read(b"{}", None).unwrap_err();
    assert!(error.to_string().contains("terraform show -json"), "{error}");
}
