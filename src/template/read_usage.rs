//! What a manifest says of amounts that no plan knows. Whether a price book knows their names is not known here:
//! `mayfly template lint` and the start of the bot look.

use std::collections::BTreeMap;

use super::StatedUsage;
use super::problem::Problems;
use super::section::Section;
use crate::domain::usage::amount;

const HINT: &str =
    "Write `<resource type>.<usage>: \"<amount>\"`, such as `aws_s3_bucket.storage_gb: \"200\"`.";

pub(super) fn usage(
    section: &mut Section<'_>,
    problems: &mut Problems,
) -> BTreeMap<String, StatedUsage> {
    let mut read = BTreeMap::new();
    let Some(given) = section.section("usage", problems) else { return read };
    for (name, place, node) in given.entries() {
        if !is_name(name) {
            let message = format!("`usage`: `{name}` is no name of a usage");
            problems.error(place, message, HINT);
            continue;
        }
        match node.digits().and_then(|digits| amount(&digits)) {
            Some(amount) => {
                read.insert(name.clone(), StatedUsage { amount, line: place.line });
            }
            None => {
                let what = node.digits().unwrap_or_else(|| node.what().to_owned());
                let message = format!("`usage.{name}`: `{what}` is no amount");
                let hint = "Write a number that is not negative, with a point and at most 28 digits: \"0.5\".";
                problems.error(&node.place, message, hint);
            }
        }
    }
    read
}

/// `<resource type>.<usage>`.
fn is_name(name: &str) -> bool {
    let mut parts = name.split('.');
    let filled = |part: Option<&str>| part.is_some_and(|part| !part.trim().is_empty());
    filled(parts.next()) && filled(parts.next()) && parts.next().is_none()
}
