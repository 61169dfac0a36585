//! Books whose rates are so old that they may have changed.

use chrono::NaiveDate;

use super::Books;
use crate::domain::Timestamp;

/// After so many days a book is stale.
const DAYS: i64 = 90;

/// A book that is too old.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// The file that it is from.
    pub file: String,
    /// The date of its rates.
    pub as_of: NaiveDate,
    /// How old they are.
    pub days: i64,
}

impl std::fmt::Display for Stale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Stale { file, as_of, days } = self;
        write!(f, "{file}: its prices are of {as_of}, {days} days ago: check them, and set as_of")
    }
}

impl Books {
    /// The books that are older than 90 days. One that is from after `now` is not.
    pub fn stale(&self, now: Timestamp) -> Vec<Stale> {
        let today = now.utc().date_naive();
        let dated = self.all().iter().filter_map(|book| Some((book, book.date()?)));
        let aged = dated.map(|(book, as_of)| Stale {
            file: book.file.clone(),
            as_of,
            days: (today - as_of).num_days(),
        });
        aged.filter(|book| book.days > DAYS).collect()
    }
}
