//! Usage: amounts that no plan knows, such as how many gigabytes a bucket will hold.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

/// Amounts by `<resource type>.<usage>`, as the price books call them: `aws_s3_bucket.storage_gb`.
pub type Usage = BTreeMap<String, Decimal>;

/// An amount by the digits that somebody wrote: it never is a float. `None`: it is no number, has more digits than can
/// be kept, or is negative.
pub fn amount(written: &str) -> Option<Decimal> {
    let number = Decimal::from_str_exact(written).or_else(|_| Decimal::from_scientific(written));
    number.ok().filter(|number| number.is_zero() || number.is_sign_positive())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_what_was_written_or_none() {
        for (written, exact) in [
            ("200", "200"),
            ("0.1", "0.1"),
            ("0", "0"),
            ("0.1234567890123456789", "0.1234567890123456789"),
            ("1e3", "1000"),
        ] {
            assert_eq!(amount(written).map(|one| one.to_string()).as_deref(), Some(exact));
        }
        for written in
            ["", "many", "-1", "-0.5", "1.2.3", ".inf", "0.12345678901234567890123456789"]
        {
            assert_eq!(amount(written), None, "{written}");
        }
    }
}
