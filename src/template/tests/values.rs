//! What each kind of input accepts, what it says otherwise, and what reaches the variables.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};

use super::{Folder, LEAST, manifest};
use crate::domain::Rng;
use crate::template::{
    FieldError, Inputs, Manifest, RawInputs, RawValue, ReservedValues, Supplied,
};

fn one(kind: &str, text: &str) -> Result<Option<Value>, String> {
    let manifest = manifest(&format!("x: {{{kind}, required: false}}"));
    let raw = RawInputs::from_pairs([("x", text)]);
    match manifest.parse_inputs(&raw) {
        Ok(inputs) => Ok(inputs.get("x").cloned()),
        Err(errors) => Err(errors[0].message.clone()),
    }
}

#[test]
fn each_kind_accepts_what_it_should() {
    for (kind, text, value) in [
        ("type: string", "007", json!("007")),
        ("type: string", "  main ", json!("main")),
        ("type: string, pattern: '[a-z]+', min: 2, max: 4", "ab", json!("ab")),
        (
            "type: string, pattern: '[^\\p{Cc}]+'",
            "'; touch pwned; $(id)",
            json!("'; touch pwned; $(id)"),
        ),
        ("type: text, max: 20", "one\r\ntwo\t!", json!("one\ntwo\t!")),
        ("type: integer, min: 1, max: 9", "9", json!(9)),
        ("type: integer", "-3", json!(-3)),
        ("type: number, min: 0.5", "0.5", json!(0.5)),
        ("type: number", "3", json!(3)),
        ("type: boolean", "Yes", json!(true)),
        ("type: boolean", "false", json!(false)),
        ("type: choice, options: [small, large]", "small", json!("small")),
        ("type: choice, options: [{value: eu-1, label: Europe}, us]", "europe", json!("eu-1")),
        ("type: multi-choice, options: [a, b, c], max: 2", "c, a", json!(["c", "a"])),
        ("type: multi-choice, options: [a, b]", "a,a", json!(["a"])),
        ("type: user", "<@U123ABC|ann>", json!("U123ABC")),
        ("type: user", "W9", json!("W9")),
        ("type: channel", "<#C55|general>", json!("C55")),
        ("type: date", "2030-02-28", json!("2030-02-28")),
        ("type: duration, min: 1h, max: 2d", "36 hours", json!("1d12h")),
    ] {
        assert_eq!(one(kind, text), Ok(Some(value)), "{kind}: {text}");
    }
}

#[test]
fn what_was_entered_is_shown_by_its_labels_in_the_forms_order() {
    let manifest = manifest(
        "size: {type: choice, label: Size, options: [{value: l, label: Large}, s]}\nopen: {type: boolean, label: \"Open to all\"}\nbranch: {type: string, label: Branch}\nparts: {type: multi-choice, label: Parts, options: [{value: db, label: Database}, cache]}\nnodes: {type: integer, label: Nodes}",
    );
    let entered: BTreeMap<String, Value> = BTreeMap::from([
        ("branch".into(), json!("main")),
        ("nodes".into(), json!(3)),
        ("old".into(), json!(["a", "b"])),
        ("open".into(), json!(true)),
        ("parts".into(), json!(["db", "cache"])),
        ("size".into(), json!("l")),
    ]);
    let shown = manifest.shown(entered.iter().map(|(name, value)| (name.as_str(), value)));
    let shown: Vec<String> =
        shown.into_iter().map(|(label, text)| format!("{label}: {text}")).collect();
    let wanted = [
        "Size: Large",
        "Open to all: yes",
        "Branch: main",
        "Parts: Database, cache",
        "Nodes: 3",
        "old: a, b",
    ];
    assert_eq!(shown, wanted);
}

#[test]
fn each_kind_refuses_the_rest_and_says_what_would_pass() {
    for (kind, text, said) in [
        ("type: string, pattern: '[a-z]+'", "abC", "does not fit the pattern [a-z]+"),
        ("type: string, pattern: 'a|b', message: Say a or b.", "ab", "Say a or b."),
        ("type: string, min: 3", "ab", "at least 3"),
        ("type: string, max: 3", "äöüß", "has 4 characters, and at most 3"),
        ("type: string", "a\nb", "one line"),
        ("type: text", "a\u{1b}[0m", "control characters"),
        ("type: integer", "1.5", "`1.5` is not a whole number"),
        ("type: integer", "99999999999999999999", "not a whole number"),
        ("type: integer, min: 1", "0", "0 is too small: at least 1"),
        ("type: integer, max: 9", "10", "10 is too large: at most 9"),
        ("type: number", "NaN", "not a number"),
        ("type: number", "inf", "not a number"),
        ("type: number, max: 0.5", "0.6", "at most 0.5"),
        ("type: boolean", "maybe", "neither yes nor no"),
        ("type: choice, options: [small, large]", "smal", "Did you mean `small`?"),
        ("type: choice, options: [small, large]", "xyz", "There are `small`, `large`"),
        ("type: multi-choice, options: [a, b, c], max: 2", "a,b,c", "at most 2"),
        ("type: multi-choice, options: [a, b]", "a,z", "`z` is not an option"),
        ("type: user", "ann", "`ann` is no person"),
        ("type: user", "<#C55|general>", "is no person"),
        ("type: channel", "<@U1|ann>", "is no channel"),
        ("type: date", "2030-02-30", "is not a date: write it as 2030-12-31"),
        ("type: date", "2030-2-3", "is not a date"),
        ("type: date", "12030-02-03", "is not a date"),
        ("type: duration, min: 1h", "30m", "at least 1 h"),
        ("type: duration, max: 1h", "2h", "at most 1 h"),
        ("type: duration", "soon", "such as 90m"),
    ] {
        let message = one(kind, text).expect_err(text);
        assert!(message.contains(said), "{kind}: {text}: {message}");
    }
}

#[test]
fn an_empty_field_is_no_value() {
    for text in ["", "  "] {
        for kind in
            ["type: string, min: 3", "type: integer", "type: choice, options: [a]", "type: date"]
        {
            assert_eq!(one(kind, text), Ok(None), "{kind}");
        }
    }
    let manifest = manifest("x: {type: multi-choice, options: [a], required: true}");
    let mut raw = RawInputs::default();
    raw.set("x", RawValue::Many(vec![]));
    assert_eq!(manifest.parse_inputs(&raw), wrong(&[("x", "A value is needed.")]));
}

#[test]
fn every_error_is_told_at_once_on_its_field() {
    let manifest = manifest(
        "branch: {type: string, required: true}\nsize: {type: choice, options: [small, large]}\n\
         count: {type: integer, max: 3, default: 1}\nkey: {type: secret}\npassword: {type: generated}\n",
    );
    let raw = RawInputs::from_pairs([
        ("size", "smal"),
        ("count", "7"),
        ("brunch", "main"),
        ("key", "hunter2"),
        ("password", "hunter3"),
    ]);
    let errors = manifest.parse_inputs(&raw).expect_err("all wrong");
    let of = |name: &str| -> Vec<&str> {
        errors.iter().filter(|e| e.input == name).map(|e| e.message.as_str()).collect()
    };
    assert_eq!(of("branch"), ["A value is needed."]);
    assert_eq!(of("size"), ["`smal` is not an option. Did you mean `small`?"]);
    assert_eq!(of("count"), ["7 is too large: at most 3."]);
    assert_eq!(of("brunch"), ["There is no such input. Did you mean `branch`?"]);
    assert!(of("key")[0].contains("never in Slack"), "{:?}", of("key"));
    assert_eq!(of("password"), ["Mayfly makes this value itself. Leave it out."]);
    assert!(!errors.iter().any(|e| e.message.contains("hunter")), "a secret is not repeated");
    // A prefilled form asks for the rest.
    assert!(manifest.check_given(&RawInputs::from_pairs([("count", "2")])).is_ok());
}

#[test]
fn defaults_fill_what_was_left_out() {
    let manifest = manifest(
        "size: {type: choice, options: [s, l], default: l}\nn: {type: integer, default: 007}",
    );
    let inputs = manifest.parse_inputs(&RawInputs::from_pairs([("size", "")])).expect("defaults");
    assert_eq!(inputs.get("size"), Some(&json!("l")));
    assert_eq!(inputs.get("n"), Some(&json!(7)));
    let stored = serde_json::to_string(&inputs).expect("json");
    assert_eq!(serde_json::from_str::<Inputs>(&stored).expect("inputs"), inputs);
}

#[test]
fn variables_have_the_right_types_and_only_what_the_source_declares() {
    let source = r#"
variable "zip" { type = string }
variable "count_of" { type = number }
variable "on" { type = bool }
variable "zones" { type = list(string) }
variable "note" {
  type    = string
  default = "none"
}
variable "token" {
  type      = string
  sensitive = true
}
variable "mayfly_tags" { type = map(string) }
variable "mayfly_environment" { type = string }
"#;
    let yaml = format!(
        "{LEAST}tags: {{project: shop, 'mayfly': x}}\ninputs:\n  zones: {{type: multi-choice, options: [a, b]}}\n  note: {{}}\n  token: {{type: generated, length: 20}}\n"
    );
    let manifest = Folder::of(&[("template.yaml", &yaml), ("main.tf", source)]).template().manifest;
    let mut raw = RawInputs::from_pairs([("zip", "007"), ("count_of", "3"), ("on", "no")]);
    raw.set("zones", RawValue::Many(vec!["b".into(), "a".into()]));
    let inputs = manifest.parse_inputs(&raw).expect("valid");
    let secrets = BTreeMap::from([("token".to_owned(), SecretString::from("s3cret"))]);
    let reserved = ReservedValues {
        environment: "box-calm-otter".into(),
        tags: BTreeMap::from([("mayfly:owner".into(), "ann".into())]),
        ..ReservedValues::default()
    };
    let variables =
        manifest.variables(Supplied { inputs: &inputs, secrets: &secrets, reserved: &reserved });
    assert_eq!(
        Value::Object(variables),
        json!({
            "zip": "007", "count_of": 3, "on": false, "zones": ["b", "a"], "note": "none",
            "token": "s3cret", "mayfly_environment": "box-calm-otter",
            "mayfly_tags": {"project": "shop", "mayfly": "x", "mayfly:owner": "ann"},
        })
    );
}

/// Bytes that count up, so that a test knows what is drawn.
struct Counting(u8);

impl Rng for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        bytes.fill(0);
        bytes[0] = self.0;
        self.0 = self.0.wrapping_add(1);
    }
}

#[test]
fn generated_values_have_their_length_and_alphabet() {
    let manifest = manifest(
        "a: {type: generated}\nb: {type: generated, length: 20, alphabet: hex}\n\
         c: {type: generated, length: 64, characters: '01'}",
    );
    let made = manifest.generate(&mut Counting(0));
    let text = |name: &str| made[name].expose_secret().to_owned();
    assert_eq!(text("a"), "abcdefghijklmnopqrstuvwx");
    assert_eq!((text("b").len(), text("c").len()), (20, 64));
    assert!(
        text("b").chars().all(|c| c.is_ascii_hexdigit())
            && text("c").chars().all(|c| "01".contains(c))
    );
    assert!(!format!("{made:?}").contains(&text("a")), "a secret is not printed");
    let other = manifest.generate(&mut crate::domain::rng::SystemRng);
    assert_ne!(other["a"].expose_secret(), text("a"));
}

#[test]
fn secrets_come_from_their_own_page_and_are_never_repeated() {
    let manifest = manifest(
        "key: {type: secret, min: 8, required: true}\nnote: {type: secret}\nopen: {type: string}",
    );
    let secret = |text: &str| SecretString::from(text);
    let ask = |given: &[(&str, &str)]| {
        manifest.parse_secrets(given.iter().map(|(k, v)| ((*k).to_owned(), secret(v))).collect())
    };
    let kept = ask(&[("key", " spaces count ")]).expect("valid");
    assert_eq!(kept["key"].expose_secret(), " spaces count ");
    assert!(!kept.contains_key("note"));
    let short = ask(&[("key", "hunter2")]).expect_err("short");
    assert!(short[0].message.contains("at least 8") && !short[0].message.contains("hunter"));
    assert_eq!(ask(&[]).expect_err("missing")[0].message, "A value is needed.");
    assert_eq!(ask(&[("key", "12345678"), ("open", "x")]).expect_err("open").len(), 1);
}

fn wrong(errors: &[(&str, &str)]) -> Result<Inputs, Vec<FieldError>> {
    let error = |(input, message): &(&str, &str)| FieldError {
        input: (*input).into(),
        message: (*message).into(),
    };
    Err(errors.iter().map(error).collect())
}

#[test]
fn a_template_without_inputs_says_so() {
    let manifest: Manifest =
        Folder::of(&[("template.yaml", LEAST), ("main.tf", "output \"x\" { value = 1 }\n")])
            .template()
            .manifest;
    let errors = manifest.parse_inputs(&RawInputs::from_pairs([("x", "1")]));
    assert_eq!(errors, wrong(&[("x", "box has no inputs.")]));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_reading_panic(text in ".{0,60}") {
        for kind in ["type: string, pattern: '[a-z]+'", "type: user", "type: date", "type: duration",
                     "type: number", "type: multi-choice, options: [a, b]"] {
            let manifest = KINDS.with(|kinds| kinds.borrow_mut().entry(kind).or_insert_with(|| {
                manifest(&format!("x: {{{kind}, required: false}}"))
            }).clone());
            let raw = RawInputs::from_pairs([("x", text.as_str())]);
            if let Err(errors) = manifest.parse_inputs(&raw) {
                proptest::prop_assert!(errors.iter().all(|e| !e.message.is_empty()));
            }
        }
    }
}

thread_local! {
    static KINDS: std::cell::RefCell<BTreeMap<&'static str, Manifest>> = Default::default();
}
