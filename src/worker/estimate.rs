//! What a plan is predicted to cost.

use super::attempt::Attempt;
use super::workplace::Workplace;
use crate::cost::{Books, PlannedValues, Terms};
use crate::domain::cost::{Estimate, PricedResource, Pricing};

/// The books of an installation, and what is agreed beside them.
#[derive(Debug, Default)]
pub struct Costs {
    pub books: Books,
    pub terms: Terms,
}

/// By the books of this installation; nothing is known where the plan does not read.
pub(super) fn of(attempt: &Attempt, place: &Workplace, printed: &[u8]) -> Estimate {
    let region = ["AWS_REGION", "AWS_DEFAULT_REGION"]
        .iter()
        .find_map(|name| place.job.credentials.get(*name).map(String::as_str));
    match PlannedValues::read(printed, region) {
        Ok(plan) => {
            let costs = &attempt.shop.settings.costs;
            costs.books.estimate(&plan, &terms(attempt, place))
        }
        Err(error) => {
            tracing::warn!(run = %attempt.run.id, %error, "a plan could not be priced");
            unknown(error.to_string())
        }
    }
}

/// What is agreed, with the usage that the template knows better than the installation, and the team, who fill what
/// the template makes, better than its author.
fn terms(attempt: &Attempt, place: &Workplace) -> Terms {
    let directory = &attempt.shop.ctx.directory;
    let team = attempt.environment.team.as_deref().map(|name| directory.team(name));
    let costs = &attempt.shop.settings.costs;
    let of_template = costs.terms.with_usage(place.manifest.usage());
    of_template.with_usage(team.unwrap_or_default().usage)
}

/// Of what cannot be read nobody knows the price; it is not nothing.
fn unknown(why: String) -> Estimate {
    let plan = PricedResource {
        address: "the plan".to_owned(),
        kind: String::new(),
        rated_as: String::new(),
        provider: String::new(),
        region: None,
        pricing: Pricing::Unknown { why },
    };
    Estimate { resources: vec![plan], ..Estimate::default() }
}
