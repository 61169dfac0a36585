//! Prices of a real plan, and the export for FinOps tools.

mod focus;
mod plan;

use mayfly::domain::Timestamp;
use rust_decimal::Decimal;

fn decimal(text: &str) -> Decimal {
    text.parse().expect("a number")
}

/// A moment, as RFC 3339.
fn at(text: &str) -> Timestamp {
    let moment = chrono::DateTime::parse_from_rfc3339(text).expect("a moment");
    Timestamp(moment.timestamp_millis())
}
