//! What something costs: exact decimals, never floats. An amount is rounded only where a person reads it.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;
use serde::{Deserialize, Serialize};

use super::Span;

/// A month has so many hours where a rate is by the month; source: AWS's own calculators.
pub const HOURS_A_MONTH: Decimal = Decimal::from_parts(730, 0, 0, false, 0);

/// What [`Pricing::Unknown`] says where there is no book, before the provider and its region.
pub const NO_BOOK: &str = "there is no price book for ";

/// A part of what a resource costs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostLine {
    /// Such as `instance` or `storage`.
    pub name: String,
    /// An hour, after the discount, in the estimate's currency.
    pub hourly: Decimal,
    /// An hour by the book, before the discount.
    pub listed: Decimal,
    /// Whether its amount is not in the plan, and was taken from the usage defaults.
    pub assumed: bool,
}

/// What is known of the price of a resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "standing")]
pub enum Pricing {
    /// Its lines are all that it costs; `usage-assumed` where one of them is.
    Priced { lines: Vec<CostLine> },
    /// The book says that it costs nothing.
    Free,
    /// It may cost anything.
    Unknown { why: String },
}

/// A resource and its price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedResource {
    pub address: String,
    /// The engine's type of it: `aws_instance`.
    pub kind: String,
    /// The type by which the book has its rates: `aws_instance`, whatever the engine calls it.
    #[serde(default)]
    pub rated_as: String,
    /// As its type begins: `aws`.
    #[serde(default)]
    pub provider: String,
    /// Where it will be, if that is known.
    #[serde(default)]
    pub region: Option<String>,
    #[serde(flatten)]
    pub pricing: Pricing,
}

impl PricedResource {
    /// An hour; `None`: nobody knows.
    pub fn hourly(&self) -> Option<Decimal> {
        match &self.pricing {
            Pricing::Priced { lines } => Some(lines.iter().map(|line| line.hourly).sum()),
            Pricing::Free => Some(Decimal::ZERO),
            Pricing::Unknown { .. } => None,
        }
    }

    /// An hour before discounts; `None`: nobody knows.
    pub fn listed(&self) -> Option<Decimal> {
        match &self.pricing {
            Pricing::Priced { lines } => Some(lines.iter().map(|line| line.listed).sum()),
            Pricing::Free => Some(Decimal::ZERO),
            Pricing::Unknown { .. } => None,
        }
    }

    /// Whether an amount of its was assumed.
    pub fn is_assumed(&self) -> bool {
        matches!(&self.pricing, Pricing::Priced { lines } if lines.iter().any(|line| line.assumed))
    }
}

/// How much of what something costs is in its sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    All,
    /// It costs that much at least.
    Part,
    /// The sum is nothing, and the cost is not.
    Nothing,
}

impl Known {
    /// Of several sums together; of none there is nothing that is not known.
    pub fn together(all: impl IntoIterator<Item = Known>) -> Known {
        let both = |one: Known, other: Known| if one == other { one } else { Known::Part };
        all.into_iter().reduce(both).unwrap_or(Known::All)
    }
}

/// What an environment is predicted to cost. What is unknown is not in the sum, and is counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Estimate {
    /// ISO 4217; empty where nothing was priced.
    pub currency: String,
    pub resources: Vec<PricedResource>,
    /// The date of the oldest price book that was used (ISO 8601).
    pub as_of: Option<String>,
}

impl Estimate {
    /// An hour of all that is known.
    pub fn hourly(&self) -> Decimal {
        self.resources.iter().filter_map(PricedResource::hourly).sum()
    }

    /// An hour, for people: `None` where something has no known price and nothing has one, for then the sum is
    /// nothing, and the cost is not.
    pub fn known_hourly(&self) -> Option<Decimal> {
        let is = |wanted: fn(&Pricing) -> bool| {
            self.resources.iter().any(move |one| wanted(&one.pricing))
        };
        let nothing_priced = !is(|pricing| matches!(pricing, Pricing::Priced { .. }));
        let unknown = is(|pricing| matches!(pricing, Pricing::Unknown { .. }));
        (!(nothing_priced && unknown)).then(|| self.hourly())
    }

    /// How much of it [`Estimate::hourly`] is.
    pub fn known(&self) -> Known {
        let (priced, all) = self.priced();
        match self.known_hourly() {
            None => Known::Nothing,
            Some(_) if priced < all => Known::Part,
            Some(_) => Known::All,
        }
    }

    /// Where there is no price book, of what is unknown for that; `None`: there is one everywhere.
    pub fn no_book(&self) -> Option<String> {
        self.resources.iter().find_map(|one| match &one.pricing {
            Pricing::Unknown { why } => why.strip_prefix(NO_BOOK).map(str::to_owned),
            _ => None,
        })
    }

    /// For so long.
    pub fn during(&self, span: Span) -> Decimal {
        self.hourly() * hours(span)
    }

    /// Whether everything is known, and nothing of it costs anything.
    pub fn is_free(&self) -> bool {
        let (known, all) = self.priced();
        known == all && self.hourly().is_zero()
    }

    /// Of how many resources the price is known, of how many there are.
    pub fn priced(&self) -> (usize, usize) {
        let known = self.resources.iter().filter(|one| one.hourly().is_some()).count();
        (known, self.resources.len())
    }

    /// How many were priced with an amount that no plan knows.
    pub fn assumed(&self) -> usize {
        self.resources.iter().filter(|one| one.is_assumed()).count()
    }
}

/// For people: `$9.84`, `EUR 1.20`, `JPY 120`. Rounded half to even. What is less than the smallest coin, and not
/// nothing, is `under $0.01`.
pub fn amount(currency: &str, amount: Decimal) -> String {
    shown(currency, amount, coin_digits(currency))
}

/// A rate for people: `$0.41/h`; below ten cents with up to four digits: `$0.0042/h`.
pub fn hourly(currency: &str, rate: Decimal) -> String {
    let coins = coin_digits(currency);
    let small = rate.abs() < Decimal::new(1, 1);
    format!("{}/h", shown(currency, rate, if small { coins + 2 } else { coins }))
}

/// At most so many digits after the point, and never fewer than the currency's coins have.
fn shown(currency: &str, amount: Decimal, digits: u32) -> String {
    let mut rounded = amount.round_dp(digits).normalize();
    if rounded.is_zero() && !amount.is_zero() {
        return format!("under {}", written(currency, Decimal::new(1, digits)));
    }
    let coins = coin_digits(currency);
    if rounded.scale() < coins {
        rounded.rescale(coins);
    }
    written(currency, rounded)
}

/// With thousands set apart: `$1,234.50`.
fn written(currency: &str, amount: Decimal) -> String {
    let text = amount.abs().to_string();
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let mut grouped = String::new();
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let sign = if amount.is_sign_negative() && !amount.is_zero() { "-" } else { "" };
    match currency {
        "USD" => format!("{sign}${grouped}{rest}"),
        "" => format!("{sign}{grouped}{rest}"),
        other => format!("{other} {sign}{grouped}{rest}"),
    }
}

/// How many digits the smallest coin has; source: ISO 4217, of the currencies in which clouds are paid.
fn coin_digits(currency: &str) -> u32 {
    match currency {
        "JPY" | "KRW" | "VND" | "CLP" | "ISK" => 0,
        _ => 2,
    }
}

/// Millionths of the currency, as budgets are kept; at most what a whole number holds.
pub fn micros(amount: Decimal) -> i64 {
    let most = if amount.is_sign_negative() { i64::MIN } else { i64::MAX };
    let whole = amount.checked_mul(Decimal::from(MILLION)).map(|micros| micros.round());
    whole.and_then(|micros| micros.to_i64()).unwrap_or(most)
}

/// The amount that so many millionths are.
pub fn of_micros(micros: i64) -> Decimal {
    Decimal::from(micros) / Decimal::from(MILLION)
}

const MILLION: i64 = 1_000_000;

/// A span in hours.
pub fn hours(span: Span) -> Decimal {
    Decimal::from(span.millis()) / Decimal::from(Span::hours(1).millis())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(hourly: &[(&str, bool)]) -> PricedResource {
        let lines = hourly.iter().map(|(amount, assumed)| CostLine {
            name: "part".into(),
            hourly: amount.parse().unwrap(),
            listed: amount.parse().unwrap(),
            assumed: *assumed,
        });
        PricedResource {
            address: "a.b".into(),
            kind: "a".into(),
            rated_as: "a".into(),
            provider: "a".into(),
            region: None,
            pricing: Pricing::Priced { lines: lines.collect() },
        }
    }

    #[test]
    fn what_is_unknown_is_counted_and_never_nothing() {
        let free = PricedResource { pricing: Pricing::Free, ..one(&[]) };
        let why = "no rate".to_owned();
        let unknown = PricedResource { pricing: Pricing::Unknown { why }, ..one(&[]) };
        let estimate = Estimate {
            currency: "USD".into(),
            resources: vec![one(&[("0.1", false), ("0.2", true)]), free, unknown],
            as_of: None,
        };
        assert_eq!(estimate.hourly().to_string(), "0.3");
        assert_eq!(estimate.during(Span::minutes(90)), Decimal::new(45, 2));
        assert_eq!((estimate.priced(), estimate.assumed()), ((2, 3), 1));
        assert!(estimate.resources[0].is_assumed() && !estimate.resources[1].is_assumed());
        let of = |resources: &[PricedResource]| {
            Estimate { resources: resources.to_vec(), ..estimate.clone() }.known_hourly()
        };
        let all = &estimate.resources;
        assert_eq!(of(all), Some(Decimal::new(3, 1)));
        assert_eq!(of(&all[1..2]), Some(Decimal::ZERO), "all of it is free");
        assert_eq!(of(&all[1..]), None, "what is left may cost anything");
        assert_eq!(of(&[]), Some(Decimal::ZERO));
        let known = |resources: &[PricedResource]| {
            Estimate { resources: resources.to_vec(), ..estimate.clone() }.known()
        };
        assert_eq!(
            [known(all), known(&all[..2]), known(&all[1..])],
            [Known::Part, Known::All, Known::Nothing]
        );
        assert_eq!([known(&all[1..2]), known(&[])], [Known::All; 2], "what is free is known");
        assert_eq!(Known::together([Known::Nothing, Known::All]), Known::Part);
        assert_eq!(Known::together([Known::Nothing; 2]), Known::Nothing);
        assert_eq!(Known::together([]), Known::All);
    }

    #[test]
    fn millionths_are_whole_and_never_wrap() {
        for (amount, whole) in [("0.0000015", 2), ("9.84", 9_840_000), ("-0.5", -500_000), ("0", 0)]
        {
            assert_eq!(micros(amount.parse().unwrap()), whole, "{amount}");
        }
        assert_eq!(of_micros(9_840_001).to_string(), "9.840001");
        assert_eq!((micros(Decimal::MAX), micros(Decimal::MIN)), (i64::MAX, i64::MIN));
    }

    #[test]
    fn money_is_rounded_half_to_even_and_something_is_never_nothing() {
        for (currency, number, whole, rate) in [
            ("USD", "9.84", "$9.84", "$9.84/h"),
            ("USD", "0.405", "$0.40", "$0.40/h"),
            ("USD", "0.415", "$0.42", "$0.42/h"),
            ("USD", "9.845000001", "$9.85", "$9.85/h"),
            ("USD", "0.0042", "under $0.01", "$0.0042/h"),
            ("USD", "0.00425", "under $0.01", "$0.0042/h"),
            ("USD", "0.05", "$0.05", "$0.05/h"),
            ("USD", "0.09999", "$0.10", "$0.10/h"),
            ("USD", "0.0000001", "under $0.01", "under $0.0001/h"),
            ("USD", "0", "$0.00", "$0.00/h"),
            ("USD", "1234567.5", "$1,234,567.50", "$1,234,567.50/h"),
            ("USD", "100", "$100.00", "$100.00/h"),
            ("USD", "-1.5", "-$1.50", "-$1.50/h"),
            ("EUR", "1.2", "EUR 1.20", "EUR 1.20/h"),
            ("EUR", "0.031", "EUR 0.03", "EUR 0.031/h"),
            ("JPY", "120.5", "JPY 120", "JPY 120/h"),
            ("JPY", "0.05", "under JPY 1", "JPY 0.05/h"),
            ("", "0", "0.00", "0.00/h"),
        ] {
            let number: Decimal = number.parse().unwrap();
            assert_eq!(amount(currency, number), whole, "{currency} {number}");
            assert_eq!(hourly(currency, number), rate, "{currency} {number}");
        }
    }
}
