//! A length of business time: how people write it (`90m`, `4h`, `1d 12h`) and how it is told to them
//! (`3 h 20 min`).

use std::fmt;
use std::ops::{Add, Mul};
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A non-negative length of time, in whole milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(i64);

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// The longest span that can be written: ten years, which no environment should outlive.
const LONGEST: i64 = 3650 * DAY;

impl Span {
    pub const ZERO: Span = Span(0);

    pub const fn from_millis(millis: i64) -> Span {
        Span(if millis < 0 { 0 } else { millis })
    }
    pub const fn seconds(n: i64) -> Span {
        Span::from_millis(n * SECOND)
    }
    pub const fn minutes(n: i64) -> Span {
        Span::from_millis(n * MINUTE)
    }
    pub const fn hours(n: i64) -> Span {
        Span::from_millis(n * HOUR)
    }
    pub const fn days(n: i64) -> Span {
        Span::from_millis(n * DAY)
    }

    /// Whole milliseconds.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The same length as real time, for timers.
    pub fn real(self) -> Duration {
        Duration::from_millis(self.0.unsigned_abs())
    }

    /// How a person writes it in a command: `1d12h`, `90m`; the shortest exact form.
    pub fn compact(self) -> String {
        let parts = self.parts();
        let text: String =
            parts.iter().map(|(n, short, _)| format!("{n}{short}")).collect::<Vec<_>>().concat();
        if text.is_empty() { "0m".into() } else { text }
    }

    fn parts(self) -> Vec<(i64, &'static str, &'static str)> {
        let mut rest = self.0;
        let mut parts = Vec::new();
        for (unit, short, long) in
            [(DAY, "d", "d"), (HOUR, "h", "h"), (MINUTE, "m", "min"), (SECOND, "s", "s")]
        {
            let n = rest / unit;
            rest %= unit;
            if n > 0 {
                parts.push((n, short, long));
            }
        }
        parts
    }
}

impl fmt::Display for Span {
    /// In words, to the two largest units: `3 h 20 min`, `1 d 4 h`; under a second `0 s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> =
            self.parts().iter().take(2).map(|(n, _, long)| format!("{n} {long}")).collect();
        f.write_str(if words.is_empty() { "0 s" } else { "" })?;
        f.write_str(&words.join(" "))
    }
}

/// Why a text is no span; says what would be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a duration: write a number and a unit, such as 90m, 4h, 2d or 1d12h")]
pub struct NotASpan(pub String);

impl FromStr for Span {
    type Err = NotASpan;

    fn from_str(text: &str) -> Result<Span, NotASpan> {
        let wrong = || NotASpan(text.chars().take(40).collect());
        let mut total: i64 = 0;
        let mut digits = String::new();
        let mut unit = String::new();
        let mut any = false;
        let mut add = |digits: &mut String, unit: &mut String| -> Option<()> {
            let n: i64 = digits.parse().ok()?;
            let scale = match unit.as_str() {
                "s" | "sec" | "second" | "seconds" => SECOND,
                "m" | "min" | "mins" | "minute" | "minutes" => MINUTE,
                "h" | "hr" | "hour" | "hours" => HOUR,
                "d" | "day" | "days" => DAY,
                "w" | "week" | "weeks" => 7 * DAY,
                _ => return None,
            };
            total = total.checked_add(n.checked_mul(scale)?)?;
            digits.clear();
            unit.clear();
            Some(())
        };
        for c in text.trim().to_lowercase().chars() {
            match c {
                '0'..='9' => {
                    if !unit.is_empty() {
                        add(&mut digits, &mut unit).ok_or_else(wrong)?;
                        any = true;
                    }
                    digits.push(c);
                }
                'a'..='z' => unit.push(c),
                ' ' => {}
                _ => return Err(wrong()),
            }
        }
        if !digits.is_empty() || !unit.is_empty() {
            add(&mut digits, &mut unit).ok_or_else(wrong)?;
            any = true;
        }
        if !any || total > LONGEST {
            return Err(wrong());
        }
        Ok(Span(total))
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.compact())
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Span, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl Mul<i64> for Span {
    type Output = Span;
    fn mul(self, n: i64) -> Span {
        Span::from_millis(self.0.saturating_mul(n))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, span) in [
            ("90m", Span::minutes(90)),
            ("4h", Span::hours(4)),
            ("4 hours", Span::hours(4)),
            ("1d12h", Span::hours(36)),
            ("1d 12h", Span::hours(36)),
            ("2 weeks", Span::days(14)),
            ("30s", Span::seconds(30)),
        ] {
            assert_eq!(text.parse(), Ok(span), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_duration_and_says_what_would_be() {
        for text in ["", "4", "h", "-4h", "4x", "1.5h", "99999999999999999999h", "4000d", "4h;rm"] {
            let wrong = text.parse::<Span>().expect_err(text);
            assert!(wrong.to_string().contains("such as 90m"), "{wrong}");
        }
    }

    #[test]
    fn tells_it_in_words() {
        assert_eq!(Span::minutes(200).to_string(), "3 h 20 min");
        assert_eq!(Span::hours(28).to_string(), "1 d 4 h");
        assert_eq!(Span::ZERO.to_string(), "0 s");
        assert_eq!(Span::hours(36).compact(), "1d12h");
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_compactly_reads_back(seconds in 1i64..315_360_000) {
            let span = Span::seconds(seconds);
            proptest::prop_assert_eq!(span.compact().parse::<Span>(), Ok(span));
        }
    }
}
