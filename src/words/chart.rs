//! A month's cost as a picture, in words that people know from the message beside it.

use crate::cost::chart::{BudgetLine, Chart, ChartError, Series};
use crate::domain::Span;
use crate::domain::cost::{Known, amount};
use crate::domain::month::Month;
use crate::domain::reply::{CostReport, ListScope};
use crate::domain::report::CostByDay;

/// A picture to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The file's name: `cost-2026-11.png`.
    pub name: String,
    pub title: String,
    /// What it shows, for whoever cannot see it.
    pub alt: String,
    /// What stands above it.
    pub comment: String,
    pub png: Vec<u8>,
}

/// The chart of a report: none where nothing has cost anything. It takes tens of milliseconds.
pub fn chart(report: &CostReport) -> Result<Option<Picture>, ChartError> {
    let Some(by_day) = &report.chart else { return Ok(None) };
    let chart = of(report, by_day);
    Ok(Some(Picture {
        name: format!("cost-{}.png", report.month),
        title: chart.title.clone(),
        alt: alt(report, &chart),
        comment: format!(
            "{} in {}: *{}*",
            whose(report.scope),
            report.month.in_words(),
            said(&report.total, report.known),
        ),
        png: chart.png()?,
    }))
}

fn of(report: &CostReport, by_day: &CostByDay) -> Chart {
    let series = by_day.environments.iter();
    let series = series.map(|one| Series { name: one.name.clone(), days: one.days.clone() });
    Chart {
        title: format!("Cost in {}", report.month.in_words()),
        subtitle: format!(
            "{}, by day (UTC), until {}",
            whose(report.scope),
            last_day(by_day, report.month)
        ),
        month: report.month,
        currency: by_day.currency.clone(),
        series: series.collect(),
        others: "others".to_owned(),
        total: match report.known {
            Known::All => "Total".to_owned(),
            Known::Part | Known::Nothing => "Known of it".to_owned(),
        },
        budget: by_day.budget.map(|budget| {
            let daily = budget / rust_decimal::Decimal::from(report.month.days().count().max(1));
            BudgetLine {
                amount: budget,
                label: "Budget".to_owned(),
                note: format!("{} a day", amount(&by_day.currency, daily)),
            }
        }),
        empty: "Nothing has cost anything in this month".to_owned(),
    }
}

fn whose(scope: ListScope) -> &'static str {
    match scope {
        ListScope::Mine => "Your environments",
        ListScope::Team => "Your team's environments",
        ListScope::All => "All environments",
    }
}

/// The message beside it says the same by a template.
fn said(amount: &str, known: Known) -> String {
    match known {
        Known::All => amount.to_owned(),
        Known::Part => format!("at least {amount}"),
        Known::Nothing => "not known".to_owned(),
    }
}

/// Of a month that is over its last day, not the first of the next one.
fn last_day(by_day: &CostByDay, month: Month) -> String {
    let last = by_day.until.min(month.end() - Span::from_millis(1));
    last.utc().format("%-d %B").to_string()
}

/// Slack takes up to 1,000 characters.
fn alt(report: &CostReport, chart: &Chart) -> String {
    let dearest = report.lines.iter().take(5);
    let dearest = dearest.map(|line| format!("{} {}", line.name, said(&line.cost, line.known)));
    let dearest: Vec<String> = dearest.collect();
    let text = format!(
        "A bar for each day of {}. {}: {} in all; the dearest: {}.",
        chart.month.in_words(),
        chart.subtitle,
        said(&report.total, report.known),
        dearest.join(", "),
    );
    super::limits::cut(&text, 1000)
}
