//! A price book: the dated rates of one provider in one region, and what of a resource each is for.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Deserialize;

use super::check;
use super::exact::{self, Exact};

/// The rates of a region. Every rate is without tax, on demand.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Book {
    /// The file that it is from.
    #[serde(skip)]
    pub file: String,
    /// As its resources' types begin: `aws`.
    pub provider: String,
    pub region: String,
    /// ISO 4217.
    pub currency: String,
    /// The date on which its rates held (ISO 8601).
    pub as_of: String,
    /// Where they are from.
    pub source: String,
    /// Resource types that cost nothing; with a `*` at its end, all that begin so.
    #[serde(default)]
    pub free: BTreeSet<String>,
    /// What other engines call a type: `aws:ec2/eip:Eip` is `aws_eip`; with a `*` at its end, all that begin so.
    #[serde(default)]
    pub aliases: BTreeMap<String, String>,
    /// Rates that are looked up by an attribute.
    #[serde(default)]
    pub tables: BTreeMap<String, Table>,
    #[serde(default, rename = "component")]
    pub components: Vec<Component>,
}

/// Rates by a name, such as an instance type.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Table {
    pub unit: Unit,
    /// Where they are from, if not from where the book is.
    #[serde(default)]
    pub source: Option<String>,
    pub rates: BTreeMap<String, Exact>,
}

/// What a rate is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Hour,
    /// Of 730 hours.
    Month,
}

/// A part of what a resource costs. Of those with one name that a resource has, the first whose conditions hold
/// counts; where none of them does, the resource's price is not known.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// The engine's type of resource.
    pub resource: String,
    pub name: String,
    /// A block of the resource (`root_block_device`): the component is of each, and its attributes are the block's.
    #[serde(default)]
    pub block: Option<String>,
    /// What the provider gives it where the plan has no such block: then it is assumed.
    #[serde(default)]
    pub absent: Option<BTreeMap<String, toml::Value>>,
    #[serde(default)]
    pub when: Conditions,
    /// Nothing where no component of this name fits.
    #[serde(default)]
    pub optional: bool,
    /// The rate itself, or the table that has it, by this attribute.
    #[serde(default)]
    pub rate: Option<Exact>,
    #[serde(default)]
    pub unit: Option<Unit>,
    #[serde(default)]
    pub table: Option<String>,
    #[serde(default)]
    pub key: Option<String>,
    /// Whether it is a guess: its conditions are about what the plan leaves open.
    #[serde(default)]
    pub assumed: bool,
    /// How many of the unit: one, unless it says otherwise.
    #[serde(default)]
    pub quantity: Option<Quantity>,
    #[serde(default)]
    pub times: Vec<Times>,
    #[serde(default)]
    pub source: Option<String>,
}

/// Attributes and what each may be; an empty text stands for one that is not set.
pub type Conditions = BTreeMap<String, OneOf>;

/// A value, or several of which one has to be it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum OneOf {
    Several(Vec<Scalar>),
    One(Scalar),
}

/// What an attribute can be compared with.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Scalar {
    Bool(bool),
    Integer(i64),
    Text(String),
}

impl OneOf {
    pub(super) fn all(&self) -> &[Scalar] {
        match self {
            OneOf::Several(all) => all,
            OneOf::One(one) => std::slice::from_ref(one),
        }
    }
}

/// How many.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantity {
    /// In the plan, by this attribute.
    #[serde(default)]
    pub attribute: Option<String>,
    /// In no plan: among the usage, by this name.
    #[serde(default)]
    pub usage: Option<String>,
    /// What it is where neither says it. That of usage is assumed; an attribute's is the provider's own.
    #[serde(default)]
    pub default: Option<Exact>,
    /// What it is taken for where nobody says it, and the provider's own is not known either: then it is assumed.
    #[serde(default)]
    pub assume: Option<Exact>,
    /// What of it costs nothing.
    #[serde(default)]
    pub above: Option<Exact>,
    /// How many make one of the unit: 1000 where a rate is for a thousand.
    #[serde(default)]
    pub per: Option<Exact>,
}

/// A factor, where its conditions hold, or by an attribute.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Times {
    #[serde(default)]
    pub when: Conditions,
    #[serde(default)]
    pub factor: Option<Exact>,
    #[serde(default)]
    pub attribute: Option<String>,
    /// What the attribute is where it is not set.
    #[serde(default)]
    pub default: Option<Exact>,
    /// What is added to the attribute: the first node beside its replicas.
    #[serde(default)]
    pub plus: Option<Exact>,
}

/// What is wrong with a price book.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{file}{line}: {key}{problem}",
    line = line.map(|line| format!(":{line}")).unwrap_or_default(),
    key = if key.is_empty() { String::new() } else { format!("{key}: ") }
)]
pub struct BookError {
    pub file: String,
    pub line: Option<usize>,
    pub key: String,
    pub problem: String,
}

impl BookError {
    pub(super) fn new(file: &str, key: &str, problem: String) -> BookError {
        BookError { file: file.to_owned(), line: None, key: key.to_owned(), problem }
    }
}

impl Book {
    /// Reads one.
    ///
    /// # Errors
    /// What is no TOML or no book is told alone, anything else all at once; with file, line and key.
    pub fn parse(file: &str, text: &str) -> Result<Book, Vec<BookError>> {
        let mut book: Book =
            toml::from_str(text).map_err(|error| vec![exact::problem(file, text, &error)])?;
        file.clone_into(&mut book.file);
        let problems = check::problems(&book, text);
        if problems.is_empty() { Ok(book) } else { Err(problems) }
    }

    /// The date of its rates.
    pub fn date(&self) -> Option<NaiveDate> {
        self.as_of.parse().ok()
    }

    /// Whether resources of this type cost nothing; `aws_iam_*` stands for all that begin so.
    pub(super) fn is_free(&self, kind: &str) -> bool {
        self.free.iter().any(|free| match free.strip_suffix('*') {
            Some(beginning) => kind.starts_with(beginning),
            None => kind == free,
        })
    }

    /// The type by which it has its rates.
    pub(super) fn kind<'a>(&'a self, kind: &'a str) -> &'a str {
        let by_beginning = || {
            let mut all = self.aliases.iter();
            all.find(|(alias, _)| {
                alias.strip_suffix('*').is_some_and(|start| kind.starts_with(start))
            })
        };
        match self.aliases.get_key_value(kind).or_else(by_beginning) {
            Some((_, known)) => known,
            None => kind,
        }
    }

    /// The names of usage that it knows: `aws_s3_bucket.storage_gb`.
    pub(super) fn usages(&self) -> impl Iterator<Item = String> {
        self.components.iter().filter_map(|component| {
            let usage = component.quantity.as_ref()?.usage.as_ref()?;
            Some(format!("{}.{usage}", component.resource))
        })
    }
}
