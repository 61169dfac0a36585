//! What is agreed beside the books: amounts that no plan knows, and discounts.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use rust_decimal::Decimal;

use super::Books;
use crate::domain::usage::Usage;

/// The discount of all types that have none of their own.
pub const EVERYTHING: &str = "*";

/// What is agreed beside the books.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    /// Amounts that no plan knows, by `<resource type>.<usage>`: `aws_s3_bucket.storage_gb`. They go before the
    /// book's own.
    pub usage: Usage,
    /// What is taken off, as a fraction, by resource type; `*` for all that have none of their own.
    pub discounts: BTreeMap<String, Decimal>,
}

/// A name of usage that no book knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownUsage {
    pub name: String,
    /// All that the books know.
    pub known: BTreeSet<String>,
}

impl UnknownUsage {
    /// What could have been said.
    pub fn there_are(&self) -> String {
        match self.known.is_empty() {
            true => "no price book asks for usage".to_owned(),
            false => {
                let all = self.known.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
                format!("there are: {all}")
            }
        }
    }
}

impl fmt::Display for UnknownUsage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no price book knows the usage `{}`; {}", self.name, self.there_are())
    }
}

/// One of the terms that no book knows, or that cannot be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WrongTerm {
    Usage(UnknownUsage),
    Negative {
        name: String,
        amount: Decimal,
    },
    /// A discount for a type of resource that has no price.
    Discount {
        name: String,
        /// All types that have one.
        known: BTreeSet<String>,
    },
    /// A discount of less than nothing, or of more than all.
    Beyond {
        name: String,
        off: Decimal,
    },
}

impl WrongTerm {
    /// As the terms call it.
    pub fn name(&self) -> &str {
        match self {
            WrongTerm::Usage(unknown) => &unknown.name,
            WrongTerm::Negative { name, .. }
            | WrongTerm::Discount { name, .. }
            | WrongTerm::Beyond { name, .. } => name,
        }
    }

    /// Whether it is about a discount.
    pub fn is_discount(&self) -> bool {
        matches!(self, WrongTerm::Discount { .. } | WrongTerm::Beyond { .. })
    }

    /// What is wrong with it, without its name.
    pub fn problem(&self) -> &'static str {
        match self {
            WrongTerm::Usage(_) => "no price book knows this usage",
            WrongTerm::Negative { .. } => "a usage is not negative",
            WrongTerm::Discount { .. } => "no price book has a price for this type",
            WrongTerm::Beyond { .. } => "a discount is a fraction from 0 to 1",
        }
    }

    /// The names that could have been meant, the nearest first; none where the name is not what is wrong.
    pub fn nearest(&self) -> Vec<&str> {
        let known = match self {
            WrongTerm::Usage(UnknownUsage { known, .. }) | WrongTerm::Discount { known, .. } => {
                known
            }
            WrongTerm::Negative { .. } | WrongTerm::Beyond { .. } => return Vec::new(),
        };
        let mut known: Vec<&str> = known.iter().map(String::as_str).collect();
        known.sort_by_key(|known| strsim::damerau_levenshtein(known, self.name()));
        known
    }
}

impl fmt::Display for WrongTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WrongTerm::Usage(unknown) => write!(f, "{unknown}"),
            WrongTerm::Negative { name, amount: number }
            | WrongTerm::Beyond { name, off: number } => {
                write!(f, "{name} = {number}: {}", self.problem())
            }
            WrongTerm::Discount { name, .. } => {
                write!(
                    f,
                    "no price book has a price for `{name}`; there are: {}",
                    self.nearest().join(", ")
                )
            }
        }
    }
}

impl Terms {
    /// What of them no book knows, or cannot be: for whoever has written them.
    pub fn problems(&self, books: &Books) -> Vec<WrongTerm> {
        let mut wrong: Vec<WrongTerm> =
            books.unknown_usage(self.usage.keys()).into_iter().map(WrongTerm::Usage).collect();
        for (name, amount) in self.usage.iter().filter(|(_, amount)| **amount < Decimal::ZERO) {
            wrong.push(WrongTerm::Negative { name: name.clone(), amount: *amount });
        }
        let known = books.kinds();
        for (name, off) in &self.discounts {
            let name = name.clone();
            if name != EVERYTHING && !known.contains(&name) {
                wrong.push(WrongTerm::Discount { name, known: known.clone() });
            } else if !(Decimal::ZERO..=Decimal::ONE).contains(off) {
                wrong.push(WrongTerm::Beyond { name, off: *off });
            }
        }
        wrong
    }

    /// These terms with usage of somebody who knows better: where both say an amount, theirs counts.
    pub fn with_usage(&self, better: Usage) -> Terms {
        let mut terms = self.clone();
        terms.usage.extend(better);
        terms
    }

    /// What is taken off of this type, as a fraction.
    pub(super) fn discount(&self, kind: &str) -> Decimal {
        let off = self.discounts.get(kind).or_else(|| self.discounts.get(EVERYTHING));
        off.copied().unwrap_or(Decimal::ZERO)
    }
}
