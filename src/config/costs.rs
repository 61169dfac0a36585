//! Settings of prices.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rust_decimal::Decimal;

use super::read::Reader;

/// What things cost here.
#[derive(Debug, Clone, Default)]
pub struct Costs {
    /// The folder of price books; the shipped ones unless it is given.
    pub prices: Option<PathBuf>,
    /// Amounts that no plan knows, by `<resource type>-<usage>`: `aws_s3_bucket-storage_gb`.
    pub usage: BTreeMap<String, Decimal>,
    /// What is taken off, as a fraction, by resource type; `all` for those that have none of their own.
    pub discounts: BTreeMap<String, Decimal>,
}

pub(super) fn read(r: &mut Reader) -> Costs {
    Costs {
        prices: r.path("costs.prices"),
        usage: decimals(r, "costs.usage"),
        discounts: decimals(r, "costs.discounts"),
    }
}

fn decimals(r: &mut Reader, table: &str) -> BTreeMap<String, Decimal> {
    let mut read = BTreeMap::new();
    for (name, text) in r.texts(table) {
        match text.parse::<Decimal>() {
            Ok(value) if !value.is_sign_negative() => {
                read.insert(name, value);
            }
            _ => r.wrong(
                &format!("{table}.{name}"),
                "it is no decimal number above zero",
                "write it with a point, such as \"0.15\"",
            ),
        }
    }
    read
}
