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
    /// Where each of those stands, by its key: `costs.usage.aws_s3_bucket-storage_gb`. What is wrong with their names is
    /// found by whoever has the price books.
    pub places: BTreeMap<String, String>,
}

pub(super) fn read(r: &mut Reader) -> Costs {
    let mut places = BTreeMap::new();
    Costs {
        prices: r.path("costs.prices"),
        usage: decimals(r, "costs.usage", &mut places),
        discounts: decimals(r, "costs.discounts", &mut places),
        places,
    }
}

fn decimals(
    r: &mut Reader,
    table: &str,
    places: &mut BTreeMap<String, String>,
) -> BTreeMap<String, Decimal> {
    let mut read = BTreeMap::new();
    for (name, text) in r.texts(table) {
        let key = format!("{table}.{name}");
        places.insert(key.clone(), r.place(&key));
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
