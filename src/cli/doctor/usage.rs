//! Whether the price books know the usage that templates and teams say.

use super::{Finding, one_line};
use crate::app::{problems_of_teams, problems_of_template};
use crate::policy::Policies;
use crate::template::Catalog;
use crate::worker::Costs;

/// Nothing where all is well; what keeps policies or books from being read stands in lines of their own.
pub(super) fn findings(
    catalog: &Catalog,
    policies: Option<&Policies>,
    costs: Option<&Costs>,
) -> Vec<(&'static str, Finding)> {
    let Some(Costs { books, .. }) = costs else { return Vec::new() };
    let of_templates = catalog.list().flat_map(|template| problems_of_template(template, books));
    let of_templates = of_templates.map(|problem| one_line(&problem.to_string()));
    let of_teams = policies.map(|policies| problems_of_teams(&policies.data(), books));
    let all = of_templates.chain(of_teams.unwrap_or_default());
    all.map(|problem| ("usage", Finding::Warn(problem))).collect()
}
