//! One entry below `inputs:`.

use crate::domain::Span;

use super::decode::decode;
use super::derive;
use super::hcl::Variable;
use super::problem::Problems;
use super::read_options::options;
use super::section::Section;
use super::yaml::{Fractions, Node};
use super::{Alphabet, Input, InputKind, Pattern};

/// What an entry turned out to be.
pub(super) enum Described {
    Input(Box<Input>),
    /// The form leaves the variable to its default.
    Hidden,
}

/// The kinds, by their words.
const KINDS: [&str; 13] = [
    "string",
    "text",
    "integer",
    "number",
    "boolean",
    "choice",
    "multi-choice",
    "user",
    "channel",
    "date",
    "duration",
    "secret",
    "generated",
];

/// Reads an entry; what it leaves out comes from the variable of its name.
pub(super) fn read(
    name: &str,
    node: &Node,
    variable: Option<&Variable>,
    problems: &mut Problems,
) -> Option<Described> {
    let mut section = Section::of(&format!("inputs.{name}"), node, problems)?;
    if section.boolean("hidden", problems) == Some(true) {
        section.finish(problems);
        return Some(Described::Hidden);
    }
    let base = variable.and_then(derive::kind);
    let word = match (section.word("type", &KINDS.map(|kind| (kind, kind)), problems), &base) {
        (Some(word), _) => word,
        (None, Some(base)) => base.word(),
        (None, None) if variable.is_none() => "string",
        (None, None) => {
            let message =
                format!("`inputs.{name}` has no type, and its variable does not tell one");
            problems.error(&section.place, message, format!("Add `type:`: {}.", KINDS.join(", ")));
            return None;
        }
    };
    let label = section.short("label", 150, problems);
    let hint = section.short("hint", 2000, problems);
    let placeholder = section.short("placeholder", 150, problems);
    let required = section.boolean("required", problems);
    let kind = kind(word, base.as_ref(), &mut section, problems);
    let default_node = section.get("default");
    section.finish(problems);
    let kind = kind?;
    let default = match default_node {
        Some(node) => default(name, &kind, node, problems),
        None => variable.and_then(|variable| derive::default_for(&kind, variable)),
    };
    let has_default = default.is_some() || variable.is_some_and(|v| v.default.is_some());
    let required = required.unwrap_or(!has_default);
    let label = label.unwrap_or_else(|| derive::label(name));
    let hint = hint.or_else(|| variable.and_then(|variable| variable.description.clone()));
    let input = Input { name: name.into(), label, hint, placeholder, kind, default, required };
    Some(Described::Input(Box::new(input)))
}

fn kind(
    word: &str,
    base: Option<&InputKind>,
    section: &mut Section<'_>,
    problems: &mut Problems,
) -> Option<InputKind> {
    // What the source says counts unless the manifest says something else of the same kind.
    let base = base.filter(|base| base.word() == word);
    Some(match word {
        "string" => {
            let of_base = match base {
                Some(InputKind::String { pattern, .. }) => pattern.clone(),
                _ => None,
            };
            let pattern = pattern(section, problems).or(of_base);
            let (min, max) = lengths(base, section, problems);
            InputKind::String { pattern, min, max }
        }
        "text" => {
            let (min, max) = lengths(base, section, problems);
            InputKind::Text { min, max }
        }
        "secret" => {
            let (min, max) = lengths(base, section, problems);
            InputKind::Secret { min, max }
        }
        "integer" => {
            let (min, max) = (section.integer("min", problems), section.integer("max", problems));
            ordered(section, min, max, problems);
            InputKind::Integer { min, max }
        }
        "number" => {
            let (low, high) = match base {
                Some(InputKind::Number { min, max }) => (*min, *max),
                _ => (None, None),
            };
            let min = section.number("min", problems).or(low);
            let max = section.number("max", problems).or(high);
            ordered(section, min, max, problems);
            InputKind::Number { min, max }
        }
        "boolean" => InputKind::Boolean,
        "choice" => InputKind::Choice { options: options(base, section, problems)? },
        "multi-choice" => {
            let options = options(base, section, problems)?;
            let max = section.count("max", problems).unwrap_or(options.len());
            InputKind::MultiChoice { options, max }
        }
        "user" => InputKind::User,
        "channel" => InputKind::Channel,
        "date" => InputKind::Date,
        "duration" => {
            let min = section.span("min", problems);
            let max = section.span("max", problems);
            ordered(section, min, max, problems);
            InputKind::Duration {
                min: min.unwrap_or(Span::ZERO),
                max: max.unwrap_or(Span::days(3650)),
            }
        }
        _ => generated(section, problems)?,
    })
}

fn lengths(
    base: Option<&InputKind>,
    section: &mut Section<'_>,
    problems: &mut Problems,
) -> (usize, usize) {
    let (low, high) = match base {
        Some(InputKind::String { min, max, .. } | InputKind::Secret { min, max }) => (*min, *max),
        _ => (0, InputKind::LONGEST_TEXT),
    };
    let min = section.count("min", problems).unwrap_or(low);
    let max = section.count("max", problems).unwrap_or(high);
    ordered(section, Some(min), Some(max), problems);
    if max > InputKind::LONGEST_TEXT {
        let message = format!("`{}` is {max}", section.path("max"));
        let hint = format!("Slack's fields take at most {} characters.", InputKind::LONGEST_TEXT);
        problems.error(&section.place, message, hint);
    }
    (min, max)
}

fn ordered<N: PartialOrd + std::fmt::Display>(
    section: &Section<'_>,
    min: Option<N>,
    max: Option<N>,
    problems: &mut Problems,
) {
    if let (Some(min), Some(max)) = (min, max)
        && min > max
    {
        let message = format!("`{}` is {min} and above max, {max}", section.path("min"));
        problems.error(&section.place, message, "Exchange the two.");
    }
}

fn pattern(section: &mut Section<'_>, problems: &mut Problems) -> Option<Pattern> {
    let message = section.short("message", 300, problems);
    let (source, place) = section.text("pattern", problems)?;
    match Pattern::whole(source) {
        Ok(pattern) => Some(pattern.saying(message)),
        Err(error) => {
            let why = error.to_string();
            let why = why.lines().last().unwrap_or_default();
            let message = format!(
                "`{}`: `{source}` is no regular expression: {why}",
                section.path("pattern")
            );
            let hint =
                "Write it in single quotes; look-around and back references do not exist here.";
            problems.error(&place, message, hint);
            None
        }
    }
}

fn generated(section: &mut Section<'_>, problems: &mut Problems) -> Option<InputKind> {
    let length = section.count("length", problems).unwrap_or(24);
    let names = Alphabet::NAMES.map(|name| (name, name));
    let named = section.word("alphabet", &names, problems).and_then(Alphabet::named);
    let own = match section.text("characters", problems) {
        None => None,
        Some((characters, place)) => {
            let alphabet = Alphabet::of(characters);
            if alphabet.is_none() {
                let message = format!("`{}` cannot serve", section.path("characters"));
                let hint = "Write at least two different printable ASCII characters, each once.";
                problems.error(&place, message, hint);
            }
            alphabet
        }
    };
    let alphabet = own.or(named).or_else(|| Alphabet::named("alphanumeric"))?;
    let bits = alphabet.bits(length);
    if bits < 64.0 || length > 512 {
        let message =
            format!("`{}`: {length} characters hold {bits:.0} bits", section.path("length"));
        let hint = "Choose a length of at most 512 that holds at least 64 bits: 12 alphanumeric characters do.";
        problems.error(&section.place, message, hint);
        return None;
    }
    Some(InputKind::Generated { length, alphabet })
}

fn default(
    name: &str,
    kind: &InputKind,
    node: &Node,
    problems: &mut Problems,
) -> Option<serde_json::Value> {
    let mut wrong = |message: String, hint: &str| {
        problems.error(&node.place, format!("`inputs.{name}.default`: {message}"), hint);
        None
    };
    if matches!(kind, InputKind::Secret { .. } | InputKind::Generated { .. }) {
        return wrong(format!("a {kind} input has none"), "Take it out: it would be no secret.");
    }
    let numeric = matches!(kind, InputKind::Integer { .. } | InputKind::Number { .. });
    let fractions = if numeric { Fractions::Numbers } else { Fractions::Refused };
    let Some(raw) = node.raw(fractions) else {
        return wrong(format!("{} is no {kind}", node.what()), "Write it in quotes.");
    };
    match decode(kind, &raw) {
        Ok(value) => value,
        Err(message) => wrong(message, "A form would refuse it too: choose one that passes."),
    }
}
