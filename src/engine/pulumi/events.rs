//! What `--json` prints while Pulumi works: an object a line.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::engine::{Action, Diagnostic, Event, Listener, Severity};

/// Reads the lines of one call. Events name no durations, and YAML's errors come in pieces, so that it
/// remembers what came before.
#[derive(Default)]
pub(super) struct Events {
    /// By URN: when its change began, in the stream's own seconds.
    begun: BTreeMap<String, u64>,
    /// An error of the program whose place and line of source are still to come.
    unfinished: Option<Diagnostic>,
}

impl Listener for Events {
    fn hear(&mut self, line: &str) -> Vec<Event> {
        let text = line.trim();
        if text.is_empty() {
            return Vec::new();
        }
        let event = match serde_json::from_str::<Value>(text) {
            Ok(value @ Value::Object(_)) => value,
            _ => return self.plain(text),
        };
        if let Some(diagnostic) = event.get("diagnosticEvent") {
            return self.diagnostic(diagnostic);
        }
        let at = event.get("timestamp").and_then(Value::as_u64).unwrap_or_default();
        let known = ["resourcePreEvent", "resOutputsEvent", "resOpFailedEvent"]
            .into_iter()
            .find_map(|kind| Some((kind, Change::of(event.get(kind)?)?)));
        let heard = match known {
            Some((kind, change)) => self.change(kind, change, at),
            None => string(&event, "/stdoutEvent/message").map(Event::Log),
        };
        self.finished(heard)
    }

    fn finish(&mut self) -> Vec<Event> {
        self.finished(None)
    }
}

impl Events {
    /// What came before is complete now, and stands before what comes next.
    fn finished(&mut self, next: Option<Event>) -> Vec<Event> {
        self.unfinished.take().map(Event::Diagnostic).into_iter().chain(next).collect()
    }

    fn change(&mut self, kind: &str, change: Change, at: u64) -> Option<Event> {
        let Change { urn, resource, kind: of, op, planning, id } = change;
        if kind == "resourcePreEvent" {
            self.begun.insert(urn, at);
            let action = action(&op, planning)?;
            return Some(if planning {
                Event::Planned { resource, kind: of, action }
            } else {
                Event::Started { resource, kind: of, action }
            });
        }
        let elapsed = self.begun.remove(&urn).map_or(0, |begun| at.saturating_sub(begun));
        let elapsed = Duration::from_secs(elapsed);
        let action = action(&op, false)?;
        match (kind, planning) {
            (_, true) => None,
            ("resOpFailedEvent", false) => Some(Event::Errored { resource, action, elapsed }),
            (_, false) => {
                let id = id.filter(|id| !id.is_empty()).map(|id| format!("id={id}"));
                Some(Event::Completed { resource, action, elapsed, id })
            }
        }
    }

    fn diagnostic(&mut self, event: &Value) -> Vec<Event> {
        let message = string(event, "/message").unwrap_or_default();
        let text = message.trim();
        // That a plugin is found on the PATH is how the operator wants it.
        if text.is_empty() || text.contains(" from $PATH at ") {
            return Vec::new();
        }
        let address = string(event, "/urn").map(|urn| address(&urn).to_owned());
        match string(event, "/severity").as_deref() {
            Some("debug") => Vec::new(),
            Some("error") => self.finished(Some(told(Severity::Error, text, address))),
            Some("warning") => self.finished(Some(told(Severity::Warning, text, address))),
            Some("info#err") => self.piece(&message),
            _ => self.finished(Some(Event::Log(text.to_owned()))),
        }
    }

    /// What stands between the events: what the CLI says before it has an engine. An error may go on over
    /// several lines.
    fn plain(&mut self, text: &str) -> Vec<Event> {
        if text.contains(" from $PATH at ") {
            return Vec::new();
        }
        let error = text.strip_prefix("error: ").map(|rest| (Severity::Error, rest));
        let warning = text.strip_prefix("warning: ").map(|rest| (Severity::Warning, rest));
        match (error.or(warning), &mut self.unfinished) {
            (Some((severity, rest)), _) => {
                let before = self.finished(None);
                self.unfinished = Some(diagnostic(severity, rest, None));
                before
            }
            (None, Some(unfinished)) => {
                if !unfinished.detail.is_empty() {
                    unfinished.detail.push('\n');
                }
                unfinished.detail.push_str(text);
                Vec::new()
            }
            (None, None) => vec![Event::Log(text.to_owned())],
        }
    }

    /// `Error: …`, then `  on Pulumi.yaml line 4:`, then the line of source.
    fn piece(&mut self, message: &str) -> Vec<Event> {
        let text = message.trim();
        let severity = [("Error: ", Severity::Error), ("Warning: ", Severity::Warning)];
        for (prefix, severity) in severity {
            if let Some(summary) = text.strip_prefix(prefix) {
                let before = self.finished(None);
                self.unfinished = Some(diagnostic(severity, summary, None));
                return before;
            }
        }
        let Some(unfinished) = &mut self.unfinished else {
            return vec![Event::Log(text.to_owned())];
        };
        if let Some((file, line)) = place(text) {
            (unfinished.file, unfinished.line) = (Some(file), Some(line));
        } else if unfinished.snippet.is_none() && unfinished.line.is_some() {
            let source = text.split_once(':').map_or(text, |(_, source)| source);
            unfinished.snippet = Some(source.trim().to_owned());
        } else {
            unfinished.detail.push_str(text);
            unfinished.detail.push('\n');
        }
        Vec::new()
    }
}

/// One resource in an event.
pub(super) struct Change {
    pub(super) urn: String,
    pub(super) resource: String,
    pub(super) kind: String,
    pub(super) op: String,
    pub(super) planning: bool,
    pub(super) id: Option<String>,
}

impl Change {
    /// `None` for the stack itself and for providers, which nobody asked for.
    pub(super) fn of(event: &Value) -> Option<Change> {
        let urn = string(event, "/metadata/urn")?;
        let kind = string(event, "/metadata/type").unwrap_or_default();
        if is_own(&kind) {
            return None;
        }
        let planning = event.get("planning").and_then(Value::as_bool).unwrap_or(false);
        let op = string(event, "/metadata/op").unwrap_or_default();
        let id = string(event, "/metadata/new/id").or_else(|| string(event, "/metadata/old/id"));
        let resource = address(&urn).to_owned();
        Some(Change { urn, resource, kind, op, planning, id })
    }
}

/// What Pulumi keeps for itself among the resources.
pub(super) fn is_own(kind: &str) -> bool {
    kind == "pulumi:pulumi:Stack" || kind.starts_with("pulumi:providers:")
}

/// The end of a URN, which is what people know it by: `command:local:Command::page`.
pub(super) fn address(urn: &str) -> &str {
    urn.splitn(3, "::").nth(2).unwrap_or(urn)
}

/// What an operation does; `None` for what changes nothing. Of a replacement's three operations a plan
/// counts one, and an update tells the two that do something.
pub(super) fn action(op: &str, planning: bool) -> Option<Action> {
    match (op, planning) {
        ("create", _) | ("create-replacement", false) => Some(Action::Create),
        ("update", _) => Some(Action::Update),
        ("delete", _) | ("delete-replaced", false) => Some(Action::Delete),
        ("replace", true) => Some(Action::Replace),
        ("import", _) => Some(Action::Import),
        _ => None,
    }
}

pub(super) fn string(value: &Value, pointer: &str) -> Option<String> {
    value.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}

/// The first line sums it up, the others are the detail.
fn told(severity: Severity, text: &str, address: Option<String>) -> Event {
    Event::Diagnostic(diagnostic(severity, text, address))
}

fn diagnostic(severity: Severity, text: &str, address: Option<String>) -> Diagnostic {
    let (summary, detail) = text.split_once('\n').unwrap_or((text, ""));
    let (file, line) = place(text).unzip();
    Diagnostic {
        severity,
        summary: summary.trim().to_owned(),
        detail: detail.trim().to_owned(),
        address,
        file,
        line,
        snippet: None,
    }
}

/// The file and line of `on Pulumi.yaml line 4:` and of `'/x/Pulumi.yaml': … yaml: line 4: …`.
fn place(text: &str) -> Option<(String, u64)> {
    let (before, after) = text.split_once("line ")?;
    let digits: String = after.chars().take_while(char::is_ascii_digit).collect();
    let line = digits.parse().ok()?;
    let file = before
        .split(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | ':'))
        .find(|word| word.ends_with(".yaml") || word.ends_with(".yml"))?;
    let file = file.rsplit('/').next().unwrap_or(file);
    Some((file.to_owned(), line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn hear(lines: &[Value]) -> Vec<Event> {
        let mut events = Events::default();
        lines.iter().flat_map(|line| events.hear(&line.to_string())).collect()
    }

    fn resource(event: &str, op: &str, at: u64) -> Value {
        let urn = "urn:pulumi:env::box::command:local:Command::page";
        let metadata = json!({"op": op, "urn": urn, "type": "command:local:Command",
            "new": {"id": "command1"}});
        json!({"sequence": at, "timestamp": 1_795_367_916 + at, event: {"metadata": metadata}})
    }

    #[test]
    fn a_change_has_its_own_clock_and_its_id() {
        let heard = hear(&[
            resource("resourcePreEvent", "create", 0),
            resource("resOutputsEvent", "create", 7),
            resource("resourcePreEvent", "update", 8),
            resource("resOpFailedEvent", "update", 9),
        ]);
        let resource = "command:local:Command::page".to_owned();
        let kind = "command:local:Command".to_owned();
        assert_eq!(
            heard,
            [
                Event::Started {
                    resource: resource.clone(),
                    kind: kind.clone(),
                    action: Action::Create
                },
                Event::Completed {
                    resource: resource.clone(),
                    action: Action::Create,
                    elapsed: Duration::from_secs(7),
                    id: Some("id=command1".into())
                },
                Event::Started { resource: resource.clone(), kind, action: Action::Update },
                Event::Errored {
                    resource,
                    action: Action::Update,
                    elapsed: Duration::from_secs(1)
                },
            ]
        );
    }

    #[test]
    fn a_replacement_is_a_deletion_and_a_creation_and_nothing_third() {
        let ops = ["delete-replaced", "replace", "create-replacement"];
        let lines: Vec<Value> = ops.iter().map(|op| resource("resOutputsEvent", op, 0)).collect();
        let actions: Vec<Action> = hear(&lines)
            .iter()
            .filter_map(|event| match event {
                Event::Completed { action, .. } => Some(*action),
                _ => None,
            })
            .collect();
        assert_eq!(actions, [Action::Delete, Action::Create]);
    }

    #[test]
    fn an_error_in_pieces_becomes_one_with_file_line_and_source() {
        let said = |message: &str| {
            json!({"sequence": 1, "timestamp": 1, "diagnosticEvent":
                {"message": message, "color": "never", "severity": "info#err"}})
        };
        let heard = hear(&[
            said("Error: resource, variable, or config value \"nobranch\" not found\n\n"),
            said("  on Pulumi.yaml line 16:\n\n"),
            said("  16:       environment: { BRANCH: \"${nobranch}\" }\n\n"),
            json!({"sequence": 9, "timestamp": 2, "cancelEvent": {}}),
        ]);
        let [Event::Diagnostic(found)] = heard.as_slice() else { panic!("{heard:?}") };
        assert_eq!(found.summary, "resource, variable, or config value \"nobranch\" not found");
        assert_eq!((found.file.as_deref(), found.line), (Some("Pulumi.yaml"), Some(16)));
        assert_eq!(found.snippet.as_deref(), Some("environment: { BRANCH: \"${nobranch}\" }"));
    }

    #[test]
    fn plain_errors_have_their_place_and_noise_is_dropped() {
        let mut events = Events::default();
        let heard = events.hear(
            "error: could not unmarshal '/data/src/Pulumi.yaml': invalid YAML file: yaml: line 29: did not find expected ',' or ']'",
        );
        assert_eq!(heard, [], "it may go on");
        assert_eq!(events.hear("\t* something more"), []);
        let heard = events.finish();
        let [Event::Diagnostic(found)] = heard.as_slice() else { panic!("{heard:?}") };
        assert_eq!((found.file.as_deref(), found.line), (Some("Pulumi.yaml"), Some(29)));
        assert_eq!(found.detail, "* something more");
        for noise in [
            "warning: using pulumi-resource-command from $PATH at /bin/x",
            "",
            "{\"sequence\":0,\"timestamp\":1,\"preludeEvent\":{\"config\":{}}}",
            "{\"diagnosticEvent\":{\"message\":\"Registering\\n\",\"severity\":\"debug\"}}",
        ] {
            assert_eq!(events.hear(noise), [], "{noise}");
        }
        let failed = "{\"diagnosticEvent\":{\"urn\":\"urn:pulumi:e::p::a:b:C::x\",\"message\":\"exit status 3\\nout\\n\",\"severity\":\"error\"}}";
        let heard = events.hear(failed);
        let [Event::Diagnostic(found)] = heard.as_slice() else { panic!("{heard:?}") };
        assert_eq!(found.address.as_deref(), Some("a:b:C::x"));
        assert_eq!((found.summary.as_str(), found.detail.as_str()), ("exit status 3", "out"));
    }
}
