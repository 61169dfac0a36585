//! A month's cost as a picture: a bar for each day, stacked, with a legend of names and amounts.
//!
//! PNG, for Slack shows no SVG. Shapes and letters are filled paths, so that all of them are smooth.

mod canvas;
mod draw;
mod scale;

use rust_decimal::Decimal;

use crate::domain::month::Month;

/// How many names are shown at most; what the others cost together is one more.
const SHOWN: usize = 7;

/// What is drawn. Its texts are the caller's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chart {
    pub title: String,
    /// A line below it.
    pub subtitle: String,
    pub month: Month,
    /// ISO 4217.
    pub currency: String,
    /// In any order; the dearest are shown.
    pub series: Vec<Series>,
    /// What all beyond the dearest are called: `others`.
    pub others: String,
    /// What the sum is called: `total`.
    pub total: String,
    /// A day's share of it is a dashed line, unless it is far above all bars.
    pub budget: Option<BudgetLine>,
    /// What is said where nothing has cost anything.
    pub empty: String,
}

/// An environment, or a team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Series {
    pub name: String,
    /// What it cost on each day of the month, from the first.
    pub days: Vec<Decimal>,
}

/// A budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetLine {
    /// Of the whole month.
    pub amount: Decimal,
    /// What it is called in the legend.
    pub label: String,
    /// What stands below it: `$10.00 a day`.
    pub note: String,
}

/// The picture could not be drawn: a fault of the program, of which its user can only be told.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    #[error("the letters of the chart cannot be read: {0}")]
    Font(#[from] ttf_parser::FaceParsingError),
    #[error("there is no room for a picture of {0} by {1}")]
    Room(u32, u32),
    #[error("the picture cannot be written as PNG: {0}")]
    Png(String),
}

impl Series {
    /// Of the whole month.
    pub fn sum(&self) -> Decimal {
        self.days.iter().sum()
    }

    fn day(&self, n: usize) -> Decimal {
        self.days.get(n).copied().unwrap_or(Decimal::ZERO)
    }
}

impl Chart {
    /// 1600 by 800 pixels.
    pub fn png(&self) -> Result<Vec<u8>, ChartError> {
        draw::draw(self)
    }

    /// The dearest first, and what all others come to; what has cost nothing is not there.
    fn shown(&self) -> Vec<Series> {
        let mut all: Vec<Series> =
            self.series.iter().filter(|one| !one.sum().is_zero()).cloned().collect();
        all.sort_by(|a, b| b.sum().cmp(&a.sum()).then_with(|| a.name.cmp(&b.name)));
        // Of one more than there is room for none is hidden behind `others`.
        if all.len() > SHOWN + 1 {
            let rest = all.split_off(SHOWN);
            let days = (0..self.days()).map(|day| rest.iter().map(|one| one.day(day)).sum());
            all.push(Series { name: self.others.clone(), days: days.collect() });
        }
        all
    }

    fn days(&self) -> usize {
        self.month.days().count()
    }

    /// A day's share of the budget.
    fn daily_budget(&self) -> Option<Decimal> {
        let days = Decimal::from(self.days());
        self.budget.as_ref().and_then(|budget| budget.amount.checked_div(days))
    }
}

#[cfg(test)]
mod tests;
