//! What a record says.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::names::{self, Service};
use crate::domain::cost::{Estimate, hours};
use crate::domain::month::Month;
use crate::domain::tags::Tagged;
use crate::domain::{Timestamp, cost as money};

/// What the resources of one type in one environment cost in one charge period, which lies in one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CostRow {
    pub environment_id: String,
    pub environment_name: String,
    /// Their Slack id.
    pub requester: String,
    pub team: Option<String>,
    pub project: Option<String>,
    pub cost_center: Option<String>,
    pub rate: TypeRate,
    /// ISO 4217.
    pub currency: String,
    pub from: Timestamp,
    /// The first moment after it.
    pub to: Timestamp,
    /// How many resources of the environment have no known price: they are in no row.
    pub unpriced: usize,
}

/// What the resources of one type in one region come to an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeRate {
    /// `aws`.
    pub provider: String,
    pub region: Option<String>,
    /// By which it has its rates: `aws_db_instance`.
    pub kind: String,
    pub resources: usize,
    /// An hour by the book.
    pub listed: Decimal,
    /// An hour after discounts.
    pub hourly: Decimal,
}

/// An estimate's resources that cost something, by type and region.
pub fn by_type(estimate: &Estimate) -> Vec<TypeRate> {
    let mut rates = BTreeMap::new();
    for one in &estimate.resources {
        let (Some(hourly), Some(listed)) = (one.hourly(), one.listed()) else { continue };
        if listed.is_zero() {
            continue;
        }
        let key = (one.provider.clone(), one.region.clone(), one.rated_as.clone());
        let sum = rates.entry(key).or_insert((0, Decimal::ZERO, Decimal::ZERO));
        *sum = (sum.0 + 1, sum.1 + listed, sum.2 + hourly);
    }
    let rates = rates.into_iter().map(|((provider, region, kind), (resources, listed, hourly))| {
        TypeRate { provider, region, kind, resources, listed, hourly }
    });
    rates.collect()
}

/// A value of a record.
pub(super) enum Field {
    Null,
    Text(String),
    Number(Decimal),
    Time(Timestamp),
}

/// Of a record, and of the installation whose bill it would be.
type Value = fn(&CostRow, &str) -> Field;

/// The columns with where each value is from.
pub(super) const COLUMNS: &[(&str, Value)] = &[
    ("BilledCost", |row, _| Field::Number(row.cost())),
    ("BillingAccountId", |_, installation| text(Some(installation))),
    // An installation has no name.
    ("BillingAccountName", |_, _| Field::Null),
    ("BillingCurrency", |row, _| Field::Text(row.currency.clone())),
    ("BillingPeriodEnd", |row, _| Field::Time(Month::of(row.from).end())),
    ("BillingPeriodStart", |row, _| Field::Time(Month::of(row.from).start())),
    ("ChargeCategory", |_, _| text(Some("Usage"))),
    // No row corrects a bill that was sent.
    ("ChargeClass", |_, _| Field::Null),
    ("ChargeDescription", |row, _| Field::Text(row.description())),
    ("ChargeFrequency", |_, _| text(Some("Usage-Based"))),
    ("ChargePeriodEnd", |row, _| Field::Time(row.to)),
    ("ChargePeriodStart", |row, _| Field::Time(row.from)),
    ("ConsumedQuantity", |row, _| Field::Number(row.hours())),
    ("ConsumedUnit", |_, _| text(Some("Hours"))),
    ("ContractedCost", |row, _| Field::Number(row.cost())),
    ("ContractedUnitPrice", |row, _| Field::Number(price(row.rate.hourly))),
    // Nothing is bought ahead: there is nothing to spread.
    ("EffectiveCost", |row, _| Field::Number(row.cost())),
    ("InvoiceIssuerName", |row, _| Field::Text(names::provider(&row.rate.provider))),
    ("ListCost", |row, _| Field::Number(price(row.rate.listed) * row.hours())),
    ("ListUnitPrice", |row, _| Field::Number(price(row.rate.listed))),
    ("PricingCategory", |_, _| text(Some("Standard"))),
    ("PricingQuantity", |row, _| Field::Number(row.hours())),
    ("PricingUnit", |_, _| text(Some("Hours"))),
    ("ProviderName", |row, _| Field::Text(names::provider(&row.rate.provider))),
    ("PublisherName", |row, _| Field::Text(names::provider(&row.rate.provider))),
    ("RegionId", |row, _| text(row.rate.region.as_deref())),
    ("RegionName", |row, _| text(row.rate.region.as_deref().map(names::region))),
    ("ResourceId", |row, _| Field::Text(row.resource_id())),
    ("ResourceName", |row, _| Field::Text(row.environment_name.clone())),
    ("ResourceType", |row, _| Field::Text(row.rate.kind.clone())),
    ("ServiceCategory", |row, _| text(Some(row.service().category))),
    ("ServiceName", |row, _| Field::Text(row.service().name)),
    ("ServiceSubcategory", |row, _| text(Some(row.service().subcategory))),
    ("SubAccountId", |row, _| text(row.team.as_deref())),
    ("SubAccountName", |row, _| text(row.team.as_deref())),
    ("Tags", |row, installation| Field::Text(row.tags(installation))),
    ("x_CostCenter", |row, _| text(row.cost_center.as_deref())),
    ("x_EnvironmentId", |row, _| Field::Text(row.environment_id.clone())),
    // Computed from a price book, and not taken from a bill.
    ("x_Estimated", |_, _| text(Some("true"))),
    ("x_Project", |row, _| text(row.project.as_deref())),
    ("x_Requester", |row, _| Field::Text(row.requester.clone())),
    ("x_UnpricedResources", |row, _| Field::Number(Decimal::from(row.unpriced))),
];

fn text(text: Option<&str>) -> Field {
    text.map_or(Field::Null, |text| Field::Text(text.to_owned()))
}

/// The specification wants price times quantity to be the cost: with so few digits the product is exact.
fn price(hourly: Decimal) -> Decimal {
    hourly.round_dp(10)
}

impl CostRow {
    /// The part of it that lies in a month, if any.
    pub fn within(&self, month: Month) -> Option<CostRow> {
        let (from, to) = (self.from.max(month.start()), self.to.min(month.end()));
        (from < to).then(|| CostRow { from, to, ..self.clone() })
    }

    /// How long the period is: a millisecond is in the seventh digit.
    fn hours(&self) -> Decimal {
        hours(self.to - self.from).round_dp(8)
    }

    /// After discounts.
    pub fn cost(&self) -> Decimal {
        price(self.rate.hourly) * self.hours()
    }

    fn resource_id(&self) -> String {
        let region = self.rate.region.as_deref().unwrap_or("global");
        format!("{}/{region}/{}", self.environment_id, self.rate.kind)
    }

    fn service(&self) -> Service {
        names::service(&self.rate.kind)
    }

    fn description(&self) -> String {
        let rate = money::hourly(&self.currency, self.rate.hourly);
        let TypeRate { kind, resources, .. } = &self.rate;
        format!("{resources} × {kind} of {} at {rate}", self.environment_name)
    }

    /// The tags that Mayfly gives to what it makes, as an object of texts.
    fn tags(&self, installation: &str) -> String {
        let tagged = Tagged {
            installation: Some(installation),
            environment: &self.environment_name,
            owner: &self.requester,
            team: self.team.as_deref(),
            project: self.project.as_deref(),
            cost_center: self.cost_center.as_deref(),
        };
        let set = tagged.tags().into_iter().map(|(key, value)| (key, value.into()));
        serde_json::Value::Object(set.collect()).to_string()
    }
}
