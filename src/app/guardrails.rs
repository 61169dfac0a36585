//! What stands between a wish and what comes of it: rules, approvals, prices.

use std::collections::BTreeMap;
use std::path::Path;

use rust_decimal::Decimal;

use super::StartError;
use crate::commands::Regions;
use crate::commands::approval::ApprovalTerms;
use crate::config::Config;
use crate::cost::{Books, Terms};
use crate::domain::Timestamp;
use crate::policy::{self, Evaluator, Policies, RegoVersion};
use crate::worker;

/// The rules in force.
pub fn policies(config: &Config, exe: &Path) -> Result<Policies, StartError> {
    let wanted = &config.policies;
    let builtin = policy::Settings::builtin(exe);
    let settings = policy::Settings {
        folders: wanted.folders.clone(),
        data: wanted.data.clone(),
        version: match wanted.rego_version.as_deref() {
            Some("v0") => RegoVersion::V0,
            _ => RegoVersion::V1,
        },
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
    let named = |name: &String| match name.as_str() {
        "all" => "*".to_owned(),
        name => name.replacen('-', ".", 1),
    };
    let keyed = |all: &BTreeMap<String, Decimal>| {
        all.iter().map(|(name, value)| (named(name), *value)).collect()
    };
    let terms =
        Terms { usage: keyed(&config.costs.usage), discounts: keyed(&config.costs.discounts) };
    let problems = terms.problems(&books);
    if !problems.is_empty() {
        return Err(StartError::Prices(problems.join("\n")));
    }
    Ok(worker::Costs { books, terms })
}
