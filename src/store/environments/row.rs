//! An environment as a row.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::cost::{Estimate, amount, hourly};
use crate::domain::environment::{EndReason, State, Status};
use crate::domain::facts::{CostFacts, EnvironmentFacts, ShownOutput};
use crate::domain::notice::ChannelNotice;
use crate::domain::ttl::{Lifetime, TtlRules};
use crate::domain::{EngineKind, EnvironmentId, MadeBy, Person, Span, Timestamp};
use crate::store::{JsonText, StoreError};

/// A row.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Environment {
    pub id: EnvironmentId,
    pub name: String,
    pub template: String,
    pub template_title: String,
    /// The digest of the template's version.
    pub version: String,
    pub owner_workspace: String,
    pub owner_user: String,
    pub team: Option<String>,
    pub project: Option<String>,
    pub cost_center: Option<String>,
    pub status: Status,
    /// The non-secret inputs.
    pub inputs: JsonText<BTreeMap<String, Value>>,
    pub rules: JsonText<TtlRules>,
    /// The template's channel for notices.
    pub channel: Option<String>,
    /// What it hears of.
    pub channel_notices: JsonText<Vec<ChannelNotice>>,
    /// What was asked for, in milliseconds.
    pub ttl: i64,
    pub created_at: Timestamp,
    pub ready_at: Option<Timestamp>,
    pub expires_at: Option<Timestamp>,
    pub latest: Option<Timestamp>,
    pub outputs: JsonText<Vec<ShownOutput>>,
    pub has_credentials: bool,
    pub warnings_sent: i64,
    pub next_warning_at: Option<Timestamp>,
    /// When a warning of the present expiry was accepted by somebody.
    pub warned_at: Option<Timestamp>,
    /// When the last who could be warned refused for good.
    pub unwarned_at: Option<Timestamp>,
    pub reap_at: Option<Timestamp>,
    pub end_reason: Option<JsonText<EndReason>>,
    pub ended_at: Option<Timestamp>,
    pub destroyed_count: i64,
    pub destroy_failures: i64,
    pub card_channel: Option<String>,
    pub card_ts: Option<String>,
    /// What worked on it last, once something did.
    pub engine: Option<EngineKind>,
    pub engine_version: Option<String>,
    /// What it is predicted to cost, as of its last plan.
    pub estimate: Option<JsonText<Estimate>>,
    /// What it has cost in all, in words, once it has ended.
    pub spent: Option<String>,
}

impl Environment {
    pub fn owner(&self) -> Person {
        Person { workspace: self.owner_workspace.clone(), user: self.owner_user.clone() }
    }

    /// What was asked for.
    pub fn ttl(&self) -> Span {
        Span::from_millis(self.ttl)
    }

    /// Until when it costs something, as far as is known: its expiry, which has been extended perhaps; before it is
    /// ready what was asked for, from now.
    pub fn costs_until(&self, now: Timestamp) -> Timestamp {
        self.expires_at.unwrap_or_else(|| now + self.ttl()).max(now)
    }

    /// The engine that wrote its state; a row that cannot be is an error that names the column.
    pub fn made_by(&self) -> Result<Option<MadeBy>, StoreError> {
        let Some(engine) = self.engine else { return Ok(None) };
        let version = self.engine_version.as_ref().and_then(|text| text.parse().ok());
        let version = version.ok_or_else(|| StoreError::ImpossibleRow {
            table: "environments",
            column: "engine_version",
            key: self.id.0.clone(),
            why: "it is no version".to_owned(),
        })?;
        Ok(Some(MadeBy { engine, version }))
    }

    /// Its span, from ready on.
    pub fn lifetime(&self) -> Option<Lifetime> {
        Some(Lifetime {
            ready_at: self.ready_at?,
            expires_at: self.expires_at?,
            latest: self.latest?,
        })
    }

    /// The state with its data; a row that cannot be is an error that names the column.
    pub fn state(&self) -> Result<State, StoreError> {
        let life = || self.lifetime().ok_or_else(|| self.impossible("expires_at"));
        let reason =
            || self.end_reason.clone().map(|r| r.0).ok_or_else(|| self.impossible("end_reason"));
        Ok(match self.status {
            Status::Requested => State::Requested,
            Status::Provisioning => State::Provisioning,
            Status::Ready => State::Ready(life()?),
            Status::Updating => State::Updating(life()?),
            Status::Failed => State::Failed(reason()?),
            Status::Destroying => State::Destroying(reason()?),
            Status::Destroyed => State::Destroyed {
                reason: reason()?,
                at: self.ended_at.ok_or_else(|| self.impossible("ended_at"))?,
            },
            Status::Rejected => State::Rejected { why: String::new() },
            Status::Cancelled => State::Cancelled,
            Status::Quarantined => State::Quarantined { reason: reason()?, why: String::new() },
        })
    }

    /// It as a person sees it.
    pub fn facts(&self) -> EnvironmentFacts {
        EnvironmentFacts {
            id: self.id.clone(),
            name: self.name.clone(),
            template: self.template.clone(),
            template_title: self.template_title.clone(),
            version: self.version.chars().take(12).collect(),
            owner: self.owner(),
            team: self.team.clone(),
            status: self.status,
            created_at: self.created_at,
            lifetime: self.lifetime(),
            rules: self.rules.0.clone(),
            outputs: self.outputs.0.clone(),
            has_credentials: self.has_credentials,
            end_reason: self.end_reason.clone().map(|r| r.0),
            ended_at: self.ended_at,
            cost: self.cost(),
            made_by: self.engine.map(|engine| {
                format!("{engine} {}", self.engine_version.as_deref().unwrap_or_default())
            }),
        }
    }

    /// What it costs, once it was planned.
    fn cost(&self) -> Option<CostFacts> {
        let estimate = self.estimate.as_ref().map(|estimate| &estimate.0);
        let estimate = estimate.filter(|estimate| !estimate.is_free())?;
        let (priced, resources) = estimate.priced();
        let said = |value| amount(&estimate.currency, value);
        let span = self.lifetime().map_or(self.ttl(), |life| life.expires_at - life.ready_at);
        let steps = self.lifetime().map(|life| self.rules.0.steps(life)).unwrap_or_default();
        let known = estimate.known_hourly().is_some();
        Some(CostFacts {
            hourly: match known {
                true => hourly(&estimate.currency, estimate.hourly()),
                false => String::new(),
            },
            until_end: known.then(|| said(estimate.during(span))),
            so_far: self.spent.clone(),
            priced,
            resources,
            extensions: steps
                .into_iter()
                .filter(|_| !estimate.hourly().is_zero())
                .map(|step| (step, said(estimate.during(step))))
                .collect(),
        })
    }

    fn impossible(&self, column: &'static str) -> StoreError {
        StoreError::ImpossibleRow {
            table: "environments",
            column,
            key: self.id.0.clone(),
            why: format!("it is empty although the environment is {}", self.status),
        }
    }
}
