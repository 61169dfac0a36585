//! One vocabulary for what engines say while they work.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use super::Action;

/// What a line of output says.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A change that the plan holds.
    Planned {
        resource: String,
        kind: String,
        action: Action,
    },
    /// A change that somebody else made since the last run.
    Drifted {
        resource: String,
        kind: String,
        action: Action,
    },
    Started {
        resource: String,
        kind: String,
        action: Action,
    },
    Progress {
        resource: String,
        action: Action,
        elapsed: Duration,
    },
    /// `id` is what the cloud calls it, as `key=value`; the log is the best record after a kill.
    Completed {
        resource: String,
        action: Action,
        elapsed: Duration,
        id: Option<String>,
    },
    Errored {
        resource: String,
        action: Action,
        elapsed: Duration,
    },
    Diagnostic(Diagnostic),
    /// After a plan: what would be; after an apply or a destroy: what was.
    Summary(Summary),
    /// At the end of an apply.
    Outputs(BTreeMap<String, Output>),
    /// Anything else that a person may want to read.
    Log(String),
}

/// Resources that were, or would be, added, changed and removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    pub add: u64,
    pub change: u64,
    pub remove: u64,
}

/// An error or a warning, with where it stands. May hold secrets: scrub it before anybody sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub severity: Severity,
    pub summary: String,
    /// Empty where the engine has nothing to add.
    pub detail: String,
    /// The resource.
    pub address: Option<String>,
    /// Relative to the template's folder.
    pub file: Option<String>,
    /// Counts from 1.
    pub line: Option<u64>,
    /// The line of source, as it stands there.
    pub snippet: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    Error,
    Warning,
}

/// An output in an event: a sensitive one has no value there.
#[derive(Debug, Clone, PartialEq)]
pub struct Output {
    pub sensitive: bool,
    pub value: Option<Value>,
}

/// Which resources were being changed, from the events so far: after a kill, those of which the
/// state may know nothing.
#[derive(Debug, Clone, Default)]
pub struct InFlight(BTreeMap<String, Action>);

impl InFlight {
    pub fn see(&mut self, event: &Event) {
        match event {
            Event::Started { resource, action, .. } => {
                self.0.insert(resource.clone(), *action);
            }
            Event::Completed { resource, .. } | Event::Errored { resource, .. } => {
                self.0.remove(resource);
            }
            _ => {}
        }
    }

    /// By address.
    pub fn resources(&self) -> impl Iterator<Item = (&str, Action)> {
        self.0.iter().map(|(address, action)| (address.as_str(), *action))
    }
}

/// Reads the output of one call, line by line; it may remember what came before.
pub trait Listener: Send {
    /// What the lines up to this one say; nothing for what nobody needs to know.
    fn hear(&mut self, line: &str) -> Vec<Event>;

    /// What is left to say when the output has ended.
    fn finish(&mut self) -> Vec<Event> {
        Vec::new()
    }
}

/// Reads lines of Terraform's and OpenTofu's: each says all of itself.
pub(super) struct Lines;

impl Listener for Lines {
    fn hear(&mut self, line: &str) -> Vec<Event> {
        parse(line).into_iter().collect()
    }
}

/// Reads a line that Terraform or OpenTofu printed.
fn parse(line: &str) -> Option<Event> {
    let text = line.trim();
    if text.is_empty() {
        return None;
    }
    let Ok(Value::Object(object)) = serde_json::from_str::<Value>(text) else {
        return Some(Event::Log(text.to_owned()));
    };
    let value = Value::Object(object);
    let kind = string(&value, "/type").unwrap_or_default();
    // Tofu's `init` gives its lines no type.
    if value.get("diagnostic").is_some() {
        return diagnostic(&value);
    }
    let known = match kind.as_str() {
        "version" | "refresh_start" | "refresh_complete" => return None,
        "planned_change" => {
            change(&value).map(|(resource, kind, action)| Event::Planned { resource, kind, action })
        }
        "resource_drift" => {
            change(&value).map(|(resource, kind, action)| Event::Drifted { resource, kind, action })
        }
        "change_summary" => Some(Event::Summary(Summary {
            add: number(&value, "/changes/add"),
            change: number(&value, "/changes/change"),
            remove: number(&value, "/changes/remove"),
        })),
        "outputs" => outputs(&value),
        _ => hook(&kind, &value),
    };
    known.or_else(|| string(&value, "/@message").filter(|m| !m.trim().is_empty()).map(Event::Log))
}

fn hook(kind: &str, value: &Value) -> Option<Event> {
    let resource = string(value, "/hook/resource/addr")?;
    let action = Action::of(&[string(value, "/hook/action").unwrap_or_default().as_str()]);
    // Whole seconds.
    let elapsed = Duration::from_secs(number(value, "/hook/elapsed_seconds"));
    match kind {
        "apply_start" => {
            let kind = string(value, "/hook/resource/resource_type").unwrap_or_default();
            Some(Event::Started { resource, kind, action })
        }
        "apply_progress" => Some(Event::Progress { resource, action, elapsed }),
        "apply_complete" => {
            let key = string(value, "/hook/id_key");
            let id = key.zip(string(value, "/hook/id_value")).map(|(k, v)| format!("{k}={v}"));
            Some(Event::Completed { resource, action, elapsed, id })
        }
        "apply_errored" => Some(Event::Errored { resource, action, elapsed }),
        "provision_progress" => {
            let output = string(value, "/hook/output")?;
            Some(Event::Log(format!("{resource}: {}", output.trim_end())))
        }
        _ => None,
    }
}

fn change(value: &Value) -> Option<(String, String, Action)> {
    let resource = string(value, "/change/resource/addr")?;
    let kind = string(value, "/change/resource/resource_type").unwrap_or_default();
    let word = string(value, "/change/action").unwrap_or_default();
    Some((resource, kind, Action::of(&[word.as_str()])))
}

fn diagnostic(value: &Value) -> Option<Event> {
    let severity = match string(value, "/diagnostic/severity")?.as_str() {
        "error" => Severity::Error,
        _ => Severity::Warning,
    };
    Some(Event::Diagnostic(Diagnostic {
        severity,
        summary: string(value, "/diagnostic/summary").unwrap_or_default(),
        detail: string(value, "/diagnostic/detail").unwrap_or_default(),
        address: string(value, "/diagnostic/address"),
        file: string(value, "/diagnostic/range/filename"),
        line: value.pointer("/diagnostic/range/start/line").and_then(Value::as_u64),
        snippet: string(value, "/diagnostic/snippet/code"),
    }))
}

/// Of an apply; those of a plan have an action, and no values yet.
fn outputs(value: &Value) -> Option<Event> {
    let outputs = value.get("outputs")?.as_object()?;
    if outputs.values().any(|output| output.get("action").is_some()) {
        return None;
    }
    let one = |(name, output): (&String, &Value)| {
        let sensitive = output.get("sensitive").and_then(Value::as_bool).unwrap_or_default();
        (name.clone(), Output { sensitive, value: output.get("value").cloned() })
    };
    Some(Event::Outputs(outputs.iter().map(one).collect()))
}

fn string(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer)?.as_str().map(str::to_owned)
}

fn number(value: &Value, pointer: &str) -> u64 {
    let number = value.pointer(pointer);
    number.and_then(Value::as_u64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn hook(kind: &str, mut more: Value) -> Option<Event> {
        more["resource"] = json!({
            "addr": "module.net.aws_vpc.main[\"a\"]", "module": "module.net",
            "resource_type": "aws_vpc", "resource_name": "main", "resource_key": "a",
        });
        let line = json!({
            "@level": "info", "@message": "a message", "@module": "terraform.ui",
            "@timestamp": "2026-01-01T00:00:00.000000Z", "hook": more, "type": kind,
        });
        parse(&line.to_string())
    }

    fn vpc() -> String {
        "module.net.aws_vpc.main[\"a\"]".to_owned()
    }

    fn log(text: &str) -> Option<Event> {
        Some(Event::Log(text.to_owned()))
    }

    #[test]
    fn a_resources_life() {
        let (resource, action) = (vpc(), Action::Create);
        let elapsed = Duration::from_secs(11);
        let kind = "aws_vpc".to_owned();
        assert_eq!(
            hook("apply_start", json!({"action": "create"})),
            Some(Event::Started { resource: resource.clone(), kind, action })
        );
        assert_eq!(
            hook("apply_progress", json!({"action": "create", "elapsed_seconds": 11})),
            Some(Event::Progress { resource: resource.clone(), action, elapsed })
        );
        let done = json!({
            "action": "create", "elapsed_seconds": 11, "id_key": "id", "id_value": "vpc-1",
        });
        let id = Some("id=vpc-1".to_owned());
        assert_eq!(
            hook("apply_complete", done),
            Some(Event::Completed { resource: resource.clone(), action, elapsed, id })
        );
        assert_eq!(
            hook("apply_complete", json!({"action": "delete", "elapsed_seconds": 11})),
            Some(Event::Completed {
                resource: resource.clone(),
                action: Action::Delete,
                elapsed,
                id: None
            })
        );
        assert_eq!(
            hook("apply_errored", json!({"action": "create", "elapsed_seconds": 11})),
            Some(Event::Errored { resource, action, elapsed })
        );
    }

    #[test]
    fn provisioners_talk_in_the_log_and_refreshes_do_not() {
        let said = hook("provision_progress", json!({"output": "almost \r\n"}));
        assert_eq!(said, log(&format!("{}: almost", vpc())));
        for kind in ["provision_start", "provision_complete", "provision_errored"] {
            assert_eq!(
                hook(kind, json!({"provisioner": "local-exec"})),
                log("a message"),
                "{kind}"
            );
        }
        for kind in ["refresh_start", "refresh_complete"] {
            assert_eq!(hook(kind, json!({})), None, "{kind}");
        }
    }

    #[test]
    fn plans_drift_and_summaries() {
        let change = |kind: &str, action: &str| {
            let resource = json!({"addr": "aws_vpc.a", "resource_type": "aws_vpc"});
            let change = json!({"resource": resource, "action": action, "reason": "tainted"});
            parse(&json!({"type": kind, "@message": "m", "change": change}).to_string())
        };
        let (resource, kind) = ("aws_vpc.a".to_owned(), "aws_vpc".to_owned());
        for (word, action) in [
            ("create", Action::Create),
            ("update", Action::Update),
            ("replace", Action::Replace),
            ("delete", Action::Delete),
            ("remove", Action::Delete),
            ("forget", Action::Forget),
            ("import", Action::Import),
            ("read", Action::Read),
            ("noop", Action::Nothing),
            ("something new", Action::Nothing),
        ] {
            let planned = Event::Planned { resource: resource.clone(), kind: kind.clone(), action };
            assert_eq!(change("planned_change", word), Some(planned), "{word}");
        }
        let drifted = Event::Drifted { resource, kind, action: Action::Update };
        assert_eq!(change("resource_drift", "update"), Some(drifted));

        let sum = Some(Event::Summary(Summary { add: 3, change: 0, remove: 1 }));
        let terraform = r#"{"changes":{"add":3,"change":0,"import":0,"remove":1,"operation":"plan"},"type":"change_summary"}"#;
        let tofu = r#"{"changes":{"add":3,"change":0,"import":0,"remove":1,"forget":2,"operation":"apply"},"type":"change_summary"}"#;
        assert_eq!((parse(terraform), parse(tofu)), (sum.clone(), sum));
    }

    #[test]
    fn outputs_come_after_the_apply_and_sensitive_ones_without_value() {
        let planned = r#"{"@message":"Outputs: 1","outputs":{"s":{"sensitive":true,"action":"create"}},"type":"outputs"}"#;
        assert_eq!(parse(planned), log("Outputs: 1"));
        let applied = r#"{"@message":"Outputs: 2","outputs":{"s":{"sensitive":true,"type":"string"},"u":{"sensitive":false,"type":["list","string"],"value":["x"]}},"type":"outputs"}"#;
        let Some(Event::Outputs(outputs)) = parse(applied) else { panic!("no outputs") };
        assert_eq!(outputs["s"], Output { sensitive: true, value: None });
        assert_eq!(outputs["u"], Output { sensitive: false, value: Some(json!(["x"])) });
    }

    #[test]
    fn a_diagnostic_has_its_place_and_may_lack_all_but_its_summary() {
        let full = r#"{"@level":"error","@message":"Error: local-exec provisioner error","diagnostic":{"severity":"error","summary":"local-exec provisioner error","detail":"exit status 3","address":"terraform_data.bad","range":{"filename":"main.tf","start":{"line":2,"column":30,"byte":63},"end":{"line":2,"column":31,"byte":64}},"snippet":{"context":"resource","code":"  provisioner","start_line":2}},"type":"diagnostic"}"#;
        let found = Diagnostic {
            severity: Severity::Error,
            summary: "local-exec provisioner error".into(),
            detail: "exit status 3".into(),
            address: Some("terraform_data.bad".into()),
            file: Some("main.tf".into()),
            line: Some(2),
            snippet: Some("  provisioner".into()),
        };
        assert_eq!(parse(full), Some(Event::Diagnostic(found)));
        // As tofu's `init` prints it: without a type.
        let bare = r#"{"@level":"warn","@message":"m","diagnostic":{"severity":"warning","summary":"s","detail":""}}"#;
        let Some(Event::Diagnostic(found)) = parse(bare) else { panic!("no diagnostic") };
        assert_eq!((found.severity, found.line), (Severity::Warning, None));
    }

    #[test]
    fn what_is_no_event_is_a_line_of_the_log() {
        let terraform = r#"{"@level":"info","@message":"Terraform 1.11.4","terraform":"1.11.4","type":"version","ui":"1.2"}"#;
        let tofu = r#"{"@level":"info","@message":"OpenTofu 1.12.6","tofu":"1.12.6","type":"version","ui":"1.2"}"#;
        assert_eq!((parse(terraform), parse(tofu)), (None, None));
        let init = r#"{"@level":"info","@message":"Initializing the backend...","message_code":"initializing_backend_message","type":"init_output"}"#;
        let untyped = r#"{"@level":"info","@message":"Initializing the backend..."}"#;
        let expected = log("Initializing the backend...");
        assert_eq!((parse(init), parse(untyped)), (expected.clone(), expected));
        assert_eq!(parse(r#"{"@message":"hello","type":"log"}"#), log("hello"));
        assert_eq!(parse("Error: plain text"), log("Error: plain text"));
        for odd in ["[1]", "\"x\"", "7", "{", "{\"type\":\"apply_start\""] {
            assert_eq!(parse(odd), log(odd), "{odd}");
        }
        for nothing in
            ["", "  ", "{}", r#"{"type":"apply_start"}"#, r#"{"type":"outputs","outputs":7}"#]
        {
            assert_eq!(parse(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn what_was_begun_and_not_ended_is_in_flight() {
        let mut in_flight = InFlight::default();
        let started =
            |name: &str, action| Event::Started { resource: name.into(), kind: "t".into(), action };
        let (action, elapsed) = (Action::Create, Duration::ZERO);
        in_flight.see(&started("a", Action::Create));
        in_flight.see(&started("b", Action::Create));
        in_flight.see(&started("c", Action::Delete));
        in_flight.see(&Event::Completed { resource: "a".into(), action, elapsed, id: None });
        in_flight.see(&Event::Errored { resource: "b".into(), action, elapsed });
        assert_eq!(in_flight.resources().collect::<Vec<_>>(), [("c", Action::Delete)]);
    }
}
