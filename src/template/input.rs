//! The inputs of a template: what a form asks for, and what the bot makes itself.

use std::fmt;

use serde_json::Value;

use crate::domain::Span;

/// One input.
#[derive(Debug, Clone)]
pub struct Input {
    /// The variable that takes it.
    pub name: String,
    /// At most 150 characters, as all short texts in a form.
    pub label: String,
    pub hint: Option<String>,
    /// At most 150 characters.
    pub placeholder: Option<String>,
    pub kind: InputKind,
    /// In the form that [`super::Inputs`] holds: already checked against the kind.
    pub default: Option<Value>,
    /// Whether the form insists on a value.
    pub required: bool,
}

impl Input {
    /// Whether the form asks for it: a secret is asked for on a page of its own, and what is generated, nowhere.
    pub fn in_form(&self) -> bool {
        !matches!(self.kind, InputKind::Secret { .. } | InputKind::Generated { .. })
    }

    /// A value of it, as its form shows it.
    pub(super) fn shown(&self, value: &Value) -> String {
        match (&self.kind, value) {
            (_, Value::Array(all)) => {
                all.iter().map(|one| self.shown(one)).collect::<Vec<_>>().join(", ")
            }
            (InputKind::Choice { options } | InputKind::MultiChoice { options, .. }, value) => {
                let chosen = options.iter().find(|one| value.as_str() == Some(&one.value));
                chosen.map_or_else(|| plain(value), |one| one.label.clone())
            }
            (_, value) => plain(value),
        }
    }

    /// Whether it is asked for on a one-time page.
    pub fn is_secret(&self) -> bool {
        matches!(self.kind, InputKind::Secret { .. })
    }

    /// Whether the bot makes it.
    pub fn is_generated(&self) -> bool {
        matches!(self.kind, InputKind::Generated { .. })
    }
}

/// What an input accepts. Lengths are in characters, both ends included.
#[derive(Debug, Clone)]
pub enum InputKind {
    /// One line.
    String {
        pattern: Option<Pattern>,
        min: usize,
        max: usize,
    },
    /// Several lines.
    Text {
        min: usize,
        max: usize,
    },
    Integer {
        min: Option<i64>,
        max: Option<i64>,
    },
    Number {
        min: Option<f64>,
        max: Option<f64>,
    },
    Boolean,
    /// One of the options. More than 100 go through Slack's external select.
    Choice {
        options: Vec<Choice>,
    },
    /// Some of the options, at most `max`.
    MultiChoice {
        options: Vec<Choice>,
        max: usize,
    },
    /// A person's Slack id.
    User,
    /// A channel's Slack id.
    Channel,
    /// `YYYY-MM-DD`.
    Date,
    /// Reaches the variable as text such as `1d12h`.
    Duration {
        min: Span,
        max: Span,
    },
    /// Asked for on a one-time page, sealed, in no form.
    Secret {
        min: usize,
        max: usize,
    },
    /// Made by the bot, sealed, in no form.
    Generated {
        length: usize,
        alphabet: Alphabet,
    },
}

/// A value without JSON's quotes and brackets.
pub(super) fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(all) => all.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

impl InputKind {
    /// The most characters that Slack's text field takes.
    pub const LONGEST_TEXT: usize = 3000;

    /// The word for it in a manifest.
    pub fn word(&self) -> &'static str {
        match self {
            InputKind::String { .. } => "string",
            InputKind::Text { .. } => "text",
            InputKind::Integer { .. } => "integer",
            InputKind::Number { .. } => "number",
            InputKind::Boolean => "boolean",
            InputKind::Choice { .. } => "choice",
            InputKind::MultiChoice { .. } => "multi-choice",
            InputKind::User => "user",
            InputKind::Channel => "channel",
            InputKind::Date => "date",
            InputKind::Duration { .. } => "duration",
            InputKind::Secret { .. } => "secret",
            InputKind::Generated { .. } => "generated",
        }
    }

    /// The options of a choice or multi-choice; none for the other kinds.
    pub fn options(&self) -> &[Choice] {
        match self {
            InputKind::Choice { options } | InputKind::MultiChoice { options, .. } => options,
            _ => &[],
        }
    }
}

/// An option of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What the variable gets; at most 150 characters.
    pub value: String,
    /// What people see; at most 75 characters.
    pub label: String,
}

/// What a text has to look like.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// As it was written.
    pub source: String,
    /// What to tell a person whose text does not match.
    pub message: Option<String>,
    regex: regex::Regex,
}

impl Pattern {
    /// A pattern that the whole text has to match, as in an HTML form.
    pub fn whole(source: &str) -> Result<Pattern, regex::Error> {
        Pattern::compile(source, &format!(r"\A(?:{source})\z"))
    }

    /// A pattern that has to match somewhere, as Terraform's `regex` function takes it.
    pub fn anywhere(source: &str) -> Result<Pattern, regex::Error> {
        Pattern::compile(source, source)
    }

    /// The same with a sentence for the person.
    pub fn saying(mut self, message: Option<String>) -> Pattern {
        self.message = message;
        self
    }

    pub fn matches(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }

    fn compile(source: &str, regex: &str) -> Result<Pattern, regex::Error> {
        // A pattern that grows beyond this is a mistake, and would cost every form its time.
        let regex = regex::RegexBuilder::new(regex).size_limit(1 << 20).build()?;
        Ok(Pattern { source: source.into(), message: None, regex })
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Pattern) -> bool {
        self.regex.as_str() == other.regex.as_str() && self.message == other.message
    }
}

/// The characters that a generated value is made of: ASCII, each once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alphabet(Vec<u8>);

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz";
const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS: &str = "0123456789";

impl Alphabet {
    /// The names that a manifest may use instead of the characters themselves.
    pub const NAMES: [&'static str; 5] = ["alphanumeric", "lowercase", "digits", "hex", "url-safe"];

    /// The alphabet of that name.
    pub fn named(name: &str) -> Option<Alphabet> {
        let characters = match name {
            "alphanumeric" => format!("{LOWER}{UPPER}{DIGITS}"),
            "lowercase" => format!("{LOWER}{DIGITS}"),
            "digits" => DIGITS.into(),
            "hex" => format!("{DIGITS}abcdef"),
            "url-safe" => format!("{LOWER}{UPPER}{DIGITS}-_"),
            _ => return None,
        };
        Some(Alphabet(characters.into_bytes()))
    }

    /// These characters; none unless they are at least two, printable ASCII, and each there once.
    pub fn of(characters: &str) -> Option<Alphabet> {
        let bytes = characters.as_bytes();
        let printable = bytes.iter().all(|byte| byte.is_ascii_graphic());
        let once =
            bytes.iter().all(|byte| bytes.iter().filter(|other| *other == byte).count() == 1);
        (printable && once && bytes.len() > 1).then(|| Alphabet(bytes.to_vec()))
    }

    /// The characters.
    pub fn characters(&self) -> &[u8] {
        &self.0
    }

    /// How many random bits a value of that length holds.
    pub fn bits(&self, length: usize) -> f64 {
        (self.0.len() as f64).log2() * length as f64
    }
}

impl fmt::Display for InputKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
