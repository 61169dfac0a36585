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

/// Reads a line that Terraform or OpenTofu printed.
pub(super) fn parse(line: &str) -> Option<Event> {
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

fn outputs(value: &Value) -> Option<Event> {
    let outputs = value.get("outputs")?.as_object()?;
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
