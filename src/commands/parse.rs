//! From the text behind `/infra` to a [`Command`]: closed before anything is done.

use super::{Command, Policing, Target};
use crate::domain::reply::{Brake, ListScope, Refusal, VERBS};
use crate::domain::{Month, Span};

/// The most that is read; Slack itself cuts later.
const LONGEST: usize = 3000;

/// Reads it. An unknown verb is answered with the nearest one.
pub fn parse(text: &str) -> Result<Command, Refusal> {
    let text: String = text.chars().take(LONGEST).collect();
    read(&split(&text))
}

fn read(words: &[String]) -> Result<Command, Refusal> {
    let Some((verb, rest)) = words.split_first() else { return Ok(Command::Help(None)) };
    match verb.to_lowercase().as_str() {
        "new" | "create" => new(rest),
        "list" | "ls" => list(rest),
        "show" | "status" => Ok(Command::Show(target("show", rest)?)),
        "extend" => extend(rest),
        "destroy" | "delete" => Ok(Command::Destroy(target("destroy", rest)?)),
        "cancel" => Ok(Command::Cancel(target("cancel", rest)?)),
        "drift" | "check" => Ok(Command::Drift(target("drift", rest)?)),
        "revert" => Ok(Command::Revert(target("revert", rest)?)),
        "retry" => Ok(Command::Retry(target("retry", rest)?)),
        "gone" => gone(rest),
        "logs" | "log" => Ok(Command::Logs(target("logs", rest)?)),
        "credentials" | "creds" => Ok(Command::Credentials(target("credentials", rest)?)),
        "cost" | "costs" => cost(rest),
        "policies" | "policy" => policies(rest),
        "override" => going_past(rest),
        "why" => why(rest),
        "templates" => Ok(Command::Templates),
        "help" | "?" => Ok(Command::Help(rest.first().map(|word| word.to_lowercase()))),
        "pause" => Ok(Command::Pause(brake("pause", rest)?)),
        "resume" => Ok(Command::Resume(brake("resume", rest)?)),
        "attention" => Ok(Command::Attention),
        "orphans" => Ok(Command::Orphans),
        _ => Err(unknown_verb(verb)),
    }
}

/// The refusal of a verb that is none, with the nearest one.
pub(super) fn unknown_verb(typed: &str) -> Refusal {
    let typed: String = typed.chars().take(40).collect();
    let nearest = VERBS
        .iter()
        .map(|verb| (strsim::damerau_levenshtein(verb.word, &typed.to_lowercase()), verb.word))
        .filter(|(distance, word)| *distance <= 2.max(word.len() / 3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, word)| word);
    Refusal::UnknownVerb { typed, nearest }
}

fn bad(verb: &'static str, problem: impl Into<String>) -> Refusal {
    Refusal::BadArgument { verb, problem: problem.into() }
}

fn target(verb: &'static str, rest: &[String]) -> Result<Target, Refusal> {
    match rest {
        [name] => Ok(Target::Typed(name.clone())),
        [] => Err(bad(verb, "it needs the name of an environment")),
        _ => Err(bad(verb, "it takes one environment")),
    }
}

fn new(rest: &[String]) -> Result<Command, Refusal> {
    let mut template = None;
    let mut given = Vec::new();
    for word in rest {
        match word.split_once('=') {
            Some((key, value)) if !key.is_empty() => given.push((key.to_owned(), value.to_owned())),
            _ if template.is_none() => template = Some(word.to_lowercase()),
            _ => {
                let word: String = word.chars().take(40).collect();
                return Err(bad("new", format!("`{word}` is neither a template nor `key=value`")));
            }
        }
    }
    if template.is_none() && !given.is_empty() {
        return Err(bad("new", "name the template before its inputs"));
    }
    Ok(Command::New { template, given })
}

fn list(rest: &[String]) -> Result<Command, Refusal> {
    let mut scope = ListScope::Mine;
    let mut page = 1;
    for word in rest {
        if let Ok(number) = word.parse::<usize>() {
            page = number.clamp(1, 10_000);
        } else {
            scope =
                word.to_lowercase().parse().map_err(|_| bad("list", "say mine, team or all"))?;
        }
    }
    Ok(Command::List { scope, page })
}

fn extend(rest: &[String]) -> Result<Command, Refusal> {
    let Some((name, span)) = rest.split_first() else {
        return Err(bad("extend", "it needs the name of an environment"));
    };
    let span = match span {
        [] => None,
        words => {
            let span: Span = words
                .concat()
                .parse()
                .map_err(|wrong: crate::domain::span::NotASpan| bad("extend", wrong.to_string()))?;
            Some(span)
        }
    };
    Ok(Command::Extend { target: Target::Typed(name.clone()), by: span, drawn_for: None })
}

/// A reason may be typed with it, in as many words as it takes.
fn gone(rest: &[String]) -> Result<Command, Refusal> {
    let Some((name, why)) = rest.split_first() else {
        return Err(bad("gone", "it needs the name of an environment"));
    };
    let why = (!why.is_empty()).then(|| why.join(" "));
    Ok(Command::Gone { target: Target::Typed(name.clone()), why })
}

/// Of an environment, a run, or what one asked for; and a page of it.
fn why(rest: &[String]) -> Result<Command, Refusal> {
    let page = |word: &String| word.parse::<usize>().ok().map(|page| page.clamp(1, 10_000));
    let (rest, page) = match rest.split_last().and_then(|(last, rest)| Some((rest, page(last)?))) {
        Some((rest, page)) => (rest, page),
        None => (rest, 1),
    };
    let target = if rest.is_empty() { None } else { Some(target("why", rest)?) };
    Ok(Command::Why { target, page })
}

/// Whose, and in which month, in any order.
fn cost(rest: &[String]) -> Result<Command, Refusal> {
    let (mut scope, mut month) = (ListScope::Mine, None);
    for word in rest {
        let word = word.to_lowercase();
        match (word.parse::<ListScope>(), word.parse::<Month>()) {
            (Ok(named), _) => scope = named,
            (_, Ok(named)) => month = Some(named),
            _ => return Err(bad("cost", "say mine, team or all, and a month such as 2026-11")),
        }
    }
    Ok(Command::Cost { scope, month })
}

fn policies(rest: &[String]) -> Result<Command, Refusal> {
    match rest.first().map(|word| word.to_lowercase()).as_deref() {
        None | Some("show") => Ok(Command::Policies(Policing::Show)),
        Some("reload") => Ok(Command::Policies(Policing::Reload)),
        Some(_) => Err(bad("policies", "say nothing, or reload")),
    }
}

/// `override "reason" extend calm-otter 4h`.
fn going_past(rest: &[String]) -> Result<Command, Refusal> {
    let Some((why, rest)) = rest.split_first().filter(|(why, _)| !why.trim().is_empty()) else {
        return Err(bad("override", "it needs a reason, in quotes, and what is to be done"));
    };
    if rest.is_empty() {
        return Err(bad("override", "say what is to be done after the reason"));
    }
    match read(rest)? {
        command @ (Command::Extend { .. } | Command::Destroy(_) | Command::Revert(_)) => {
            Ok(Command::Override { why: why.clone(), command: Box::new(command) })
        }
        _ => Err(bad(
            "override",
            "only extend, destroy and revert can go past policy here; a form asks for the reason itself",
        )),
    }
}

fn brake(verb: &'static str, rest: &[String]) -> Result<Brake, Refusal> {
    let word = rest.first().map(|word| word.to_lowercase()).unwrap_or_default();
    word.parse().map_err(|_| bad(verb, "say creating or reaping"))
}

/// Words, with quotes (also the curly ones that phones and Slack type) holding a value together:
/// `title="My site"`.
fn split(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut begun = false;
    let mut quote = None;
    for c in text.chars() {
        match (quote, c) {
            (Some(end), c) if c == end => quote = None,
            (Some(_), c) => word.push(c),
            (None, '"') => (quote, begun) = (Some('"'), true),
            (None, '“' | '”') => (quote, begun) = (Some('”'), true),
            (None, c) if c.is_whitespace() => {
                if begun {
                    words.push(std::mem::take(&mut word));
                    begun = false;
                }
            }
            (None, c) => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(name: &str) -> Target {
        Target::Typed(name.to_owned())
    }

    #[test]
    fn reads_every_verb() {
        let given = vec![("branch".to_owned(), "fix/a b".to_owned())];
        for (text, command) in [
            ("", Command::Help(None)),
            ("new", Command::New { template: None, given: vec![] }),
            (
                "new preview-env branch=\"fix/a b\"",
                Command::New { template: Some("preview-env".into()), given: given.clone() },
            ),
            (
                "new preview-env branch=“fix/a b”",
                Command::New { template: Some("preview-env".into()), given },
            ),
            ("list team 2", Command::List { scope: ListScope::Team, page: 2 }),
            ("LIST", Command::List { scope: ListScope::Mine, page: 1 }),
            ("show calm", Command::Show(typed("calm"))),
            ("extend calm", Command::Extend { target: typed("calm"), by: None, drawn_for: None }),
            (
                "extend calm 4 h",
                Command::Extend {
                    target: typed("calm"),
                    by: Some(Span::hours(4)),
                    drawn_for: None,
                },
            ),
            ("destroy calm", Command::Destroy(typed("calm"))),
            ("cancel calm", Command::Cancel(typed("calm"))),
            ("drift calm", Command::Drift(typed("calm"))),
            ("revert calm", Command::Revert(typed("calm"))),
            ("retry calm", Command::Retry(typed("calm"))),
            ("gone calm", Command::Gone { target: typed("calm"), why: None }),
            (
                "gone calm its account is closed",
                Command::Gone { target: typed("calm"), why: Some("its account is closed".into()) },
            ),
            ("logs calm", Command::Logs(typed("calm"))),
            ("credentials calm", Command::Credentials(typed("calm"))),
            ("why", Command::Why { target: None, page: 1 }),
            ("why 2", Command::Why { target: None, page: 2 }),
            ("why calm", Command::Why { target: Some(typed("calm")), page: 1 }),
            ("why calm 3", Command::Why { target: Some(typed("calm")), page: 3 }),
            ("templates", Command::Templates),
            ("help new", Command::Help(Some("new".into()))),
            ("pause creating", Command::Pause(Brake::Creating)),
            ("resume reaping", Command::Resume(Brake::Reaping)),
            ("attention", Command::Attention),
            ("orphans", Command::Orphans),
            ("cost", Command::Cost { scope: ListScope::Mine, month: None }),
            (
                "cost 2026-10 Team",
                Command::Cost { scope: ListScope::Team, month: "2026-10".parse().ok() },
            ),
            ("policies", Command::Policies(Policing::Show)),
            ("policy reload", Command::Policies(Policing::Reload)),
            (
                "override \"a load test\" destroy “calm”",
                Command::Override {
                    why: "a load test".into(),
                    command: Box::new(Command::Destroy(typed("calm"))),
                },
            ),
        ] {
            assert_eq!(parse(text), Ok(command), "{text}");
        }
    }

    #[test]
    fn every_verb_of_the_help_is_read() {
        for verb in VERBS {
            if let Err(Refusal::UnknownVerb { typed, .. }) = parse(verb.word) {
                panic!("help names {typed}, and it is unknown");
            }
        }
    }

    #[test]
    fn a_typo_gets_the_nearest_verb() {
        let unknown = |typed: &str, nearest| {
            let refusal = Refusal::UnknownVerb { typed: typed.to_owned(), nearest };
            assert_eq!(parse(&format!("{typed} calm")), Err(refusal));
        };
        unknown("destory", Some("destroy"));
        unknown("exend", Some("extend"));
        unknown("credentails", Some("credentials"));
        unknown("frobnicate", None);
    }

    #[test]
    fn what_cannot_be_read_says_what_would_be() {
        for text in [
            "show",
            "show a b",
            "extend",
            "extend calm soon",
            "list yours",
            "pause",
            "gone",
            "retry",
            "new a b",
            "why a b",
            "cost yours",
            "policies forget",
            "override",
            "override \"a reason\"",
            "override \" \" destroy calm",
            "override \"a reason\" list",
            "override \"a reason\" override \"another\" destroy calm",
            "new =x y=z a b",
        ] {
            assert!(matches!(parse(text), Err(Refusal::BadArgument { .. })), "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in ".{0,200}") {
            let _outcome = parse(&text);
        }
    }
}
