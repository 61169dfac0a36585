//! What stands between a wish and what comes of it: rules, approvals, prices.

use std::path::Path;

use super::StartError;
use crate::commands::Regions;
use crate::commands::approval::ApprovalTerms;
use crate::config::{Config, ConfigError, Costs};
use crate::cost::{Books, Terms, WrongTerm};
use crate::domain::Timestamp;
use crate::policy::{self, Evaluator, Policies};
use crate::worker;

/// The rules in force.
pub fn policies(config: &Config, exe: &Path) -> Result<Policies, StartError> {
    let wanted = &config.policies;
    let builtin = policy::Settings::builtin(exe);
    let settings = policy::Settings {
        folders: wanted.folders.clone(),
        data: wanted.data.clone(),
        version: wanted.rego_version,
        evaluator: wanted.opa.clone().map_or(builtin.evaluator.clone(), Evaluator::Opa),
        ..builtin
    };
    Policies::load(&settings).map_err(|errors| {
        let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
        StartError::Policies(all.join("\n"))
    })
}

/// When people are reminded of a question, and how long it waits.
pub(super) fn approval_terms(config: &Config) -> ApprovalTerms {
    let approvals = &config.approvals;
    ApprovalTerms {
        expiry: approvals.expiry,
        reminder: approvals.reminder,
        channel: approvals.channel.clone().or_else(|| config.operators.channel.clone()),
    }
}

/// Where templates work, by what their children are given.
pub(super) fn regions(config: &Config, books: &Books) -> Regions {
    Regions::of(books, |name| {
        let set = config.credentials.get(name).cloned();
        set.or_else(|| std::env::var(name).ok()).filter(|region| !region.is_empty())
    })
}

/// Says which price books are old: what they estimate may not be what is paid, and budgets are held by it.
pub(super) fn warn_of_old(books: &Books, now: Timestamp) {
    for stale in books.stale(now) {
        tracing::warn!("prices: {stale}");
    }
}

/// The price books, and what is agreed beside them.
pub fn costs(config: &Config) -> Result<worker::Costs, StartError> {
    let books = match &config.costs.prices {
        Some(folder) => Books::load(folder),
        None => Books::builtin(),
    };
    let books = books.map_err(|errors| {
        let all: Vec<String> = errors.iter().map(ToString::to_string).collect();
        StartError::Prices(all.join("\n"))
    })?;
    let usage = config.costs.usage.iter();
    let discounts = config.costs.discounts.iter();
    let terms = Terms {
        usage: usage.map(|(name, amount)| (name.replacen('-', ".", 1), *amount)).collect(),
        discounts: discounts
            .map(|(name, off)| (if name == ALL { "*" } else { name }.to_owned(), *off))
            .collect(),
    };
    let wrong = terms.problems(&books);
    match wrong.is_empty() {
        true => Ok(worker::Costs { books, terms }),
        false => Err(StartError::Costs(
            wrong.iter().map(|wrong| in_settings(wrong, &config.costs)).collect(),
        )),
    }
}

/// What the settings call the discount of all other types.
const ALL: &str = "all";

/// One of the terms that cannot be, as the settings spell it.
fn in_settings(wrong: &WrongTerm, costs: &Costs) -> ConfigError {
    let spelt = |name: &str| match (wrong.is_discount(), name) {
        (true, "*") => ALL.to_owned(),
        (true, name) => name.to_owned(),
        (false, name) => name.replacen('.', "-", 1),
    };
    let table = if wrong.is_discount() { "costs.discounts" } else { "costs.usage" };
    // It may be written with a point as well.
    let mut keys = [spelt(wrong.name()), wrong.name().to_owned()].into_iter();
    let place = keys.find_map(|name| costs.places.get(&format!("{table}.{name}")).cloned());
    let place = place.unwrap_or_else(|| format!("{table}.{}", spelt(wrong.name())));
    let known: Vec<String> = wrong.nearest().into_iter().map(spelt).collect();
    let hint = match known.first() {
        Some(nearest) => format!("did you mean `{nearest}`? There are: {}", known.join(", ")),
        None if wrong.is_discount() => "write what is taken off, such as \"0.15\"".to_owned(),
        None => "take it out, or write an amount from \"0\"".to_owned(),
    };
    ConfigError { place, problem: wrong.problem().to_owned(), hint }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The settings' file, in a folder of its own, and what its prices come to.
    fn costs_of(toml: &str) -> Result<worker::Costs, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mayfly.toml");
        std::fs::write(&file, toml).unwrap();
        let config = Config::load(Some(&file), std::collections::BTreeMap::new()).unwrap();
        let place = format!("{}/", folder.path().display());
        costs(&config).map_err(|error| error.to_string().replace(&place, ""))
    }

    #[test]
    fn what_no_book_knows_is_told_with_its_place_and_as_the_settings_spell_it() {
        let told = costs_of(
            "[costs.usage]\naws_s3_bucket-storagegb = \"200\"\n[costs.discounts]\naws_instanse = \"0.1\"\nall = \"1.1\"\n",
        )
        .err()
        .unwrap();
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines.len(), 6, "{told}");
        let begin = [
            "mayfly.toml:2: costs.usage.aws_s3_bucket-storagegb = \"200\": no price book knows this usage",
            "  hint: did you mean `aws_s3_bucket-storage_gb`? There are: aws_s3_bucket-storage_gb, ",
            "mayfly.toml:5: costs.discounts.all = \"1.1\": a discount is a fraction from 0 to 1",
            "  hint: write what is taken off, such as \"0.15\"",
            "mayfly.toml:4: costs.discounts.aws_instanse = \"0.1\": no price book has a price for this type",
            "  hint: did you mean `aws_instance`? There are: aws_instance, ",
        ];
        for (line, begin) in lines.iter().zip(begin) {
            assert!(line.starts_with(begin), "{told}");
        }
    }

    #[test]
    fn usage_may_be_written_with_a_point_as_everywhere_else() {
        let costs = costs_of(
            "[costs.usage]\naws_s3_bucket.storage_gb = \"200\"\naws_nat_gateway-processed_gb = \"3\"\n[costs.discounts]\nall = \"0.1\"\naws_instance = \"0.2\"\n",
        )
        .unwrap();
        let usage: Vec<&str> = costs.terms.usage.keys().map(String::as_str).collect();
        assert_eq!(usage, ["aws_nat_gateway.processed_gb", "aws_s3_bucket.storage_gb"]);
        let discounts: Vec<&str> = costs.terms.discounts.keys().map(String::as_str).collect();
        assert_eq!(discounts, ["*", "aws_instance"]);
        let told = costs_of("[costs.usage]\naws_s3_bucket.storage = \"200\"\n").err().unwrap();
        let begin = "mayfly.toml:2: costs.usage.aws_s3_bucket.storage = \"200\": no price book knows this usage";
        assert!(told.starts_with(begin), "{told}");
    }
}
