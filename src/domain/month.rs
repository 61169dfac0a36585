//! A calendar month in UTC: what budgets and bills are by.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, Months, NaiveDate, NaiveTime};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::Timestamp;

/// A month of a year. Earlier ones are smaller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    /// Its first day.
    first: NaiveDate,
}

/// A text is no month; says what would be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no month: write year and month, such as 2026-11")]
pub struct NotAMonth(pub String);

impl Month {
    /// The month in which it is.
    pub fn of(at: Timestamp) -> Month {
        let day = at.utc().date_naive();
        Month { first: day.with_day(1).unwrap_or(day) }
    }

    /// Its first moment, which is in it.
    pub fn start(self) -> Timestamp {
        midnight(self.first)
    }

    /// The first moment after it.
    pub fn end(self) -> Timestamp {
        self.next().start()
    }

    pub fn next(self) -> Month {
        Month { first: self.first.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX) }
    }

    pub fn previous(self) -> Month {
        Month { first: self.first.checked_sub_months(Months::new(1)).unwrap_or(NaiveDate::MIN) }
    }

    /// Its days, each with its first moment and the first one after it.
    pub fn days(self) -> impl Iterator<Item = (NaiveDate, Timestamp, Timestamp)> {
        let (first, next) = (self.first, self.next().first);
        let days = first.iter_days().take_while(move |day| *day < next);
        days.map(|day| (day, midnight(day), midnight(day.succ_opt().unwrap_or(day))))
    }

    /// In words: `November 2026`.
    pub fn in_words(self) -> String {
        self.first.format("%B %Y").to_string()
    }
}

fn midnight(day: NaiveDate) -> Timestamp {
    Timestamp(day.and_time(NaiveTime::MIN).and_utc().timestamp_millis())
}

impl fmt::Display for Month {
    /// `2026-11`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.first.year(), self.first.month())
    }
}

impl FromStr for Month {
    type Err = NotAMonth;

    fn from_str(text: &str) -> Result<Month, NotAMonth> {
        let wrong = || NotAMonth(text.chars().take(40).collect());
        let (year, month) = text.trim().split_once('-').ok_or_else(wrong)?;
        let digits =
            |text: &str, n: usize| text.len() == n && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(wrong());
        }
        let (Ok(year), Ok(month)) = (year.parse(), month.parse()) else { return Err(wrong()) };
        let first = NaiveDate::from_ymd_opt(year, month, 1).ok_or_else(wrong)?;
        Ok(Month { first })
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_string())
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Month, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_millis())
    }

    #[test]
    fn a_month_ends_where_the_next_begins() {
        let month: Month = "2026-12".parse().unwrap();
        assert_eq!(Month::of(at("2026-12-31T23:59:59.999Z")), month);
        assert_eq!(Month::of(at("2027-01-01T00:00:00Z")), month.next());
        assert_eq!(
            (month.start(), month.end()),
            (at("2026-12-01T00:00:00Z"), at("2027-01-01T00:00:00Z"))
        );
        assert_eq!(month.next().previous(), month);
        assert_eq!(
            (month.to_string(), month.next().to_string()),
            ("2026-12".into(), "2027-01".into())
        );
        assert_eq!(month.in_words(), "December 2026");
    }

    #[test]
    fn its_days_are_all_of_it() {
        let february: Month = "2028-02".parse().unwrap();
        let days: Vec<_> = february.days().collect();
        assert_eq!(days.len(), 29);
        assert_eq!((days[0].1, days[28].2), (february.start(), february.end()));
        assert!(days.windows(2).all(|two| two[0].2 == two[1].1));
    }

    #[test]
    fn what_is_no_month_says_so() {
        for text in ["", "2026", "2026-13", "2026-1", "26-01", "11-2026", "2026-11-01", "+026-11"] {
            let wrong = text.parse::<Month>().unwrap_err();
            assert!(wrong.to_string().contains("such as 2026-11"), "{text}: {wrong}");
        }
    }
}
