//! `mayfly cost export --focus`: what environments cost, in the columns of FOCUS 1.2.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::cli::Settings;
use crate::cli::export::export;
use crate::cost::focus::{self, CostRow, by_type};
use crate::domain::clock::real_now;
use crate::domain::{Month, Timestamp};
use crate::store::budgets::{self, Charge};
use crate::store::{StoreError, Tx, environments, settings};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Export {
    #[command(flatten)]
    settings: Settings,
    /// As CSV in the columns of FOCUS 1.2, the FinOps Open Cost and Usage Specification.
    #[arg(long, required = true)]
    focus: bool,
    /// Of this month alone, as in 2026-11; of all, unless it is named.
    #[arg(long)]
    month: Option<Month>,
    /// Into this file instead of the standard output; what is there is replaced once all is written.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    pub(super) async fn run(self) -> ExitCode {
        export(&self.settings, self.output.as_deref(), async |tx, out| {
            let id = settings::get(tx, settings::INSTALLATION).await?;
            let installation = id.as_deref().unwrap_or("mayfly");
            Ok(focus::write(&rows(tx, self.month).await?, installation, out)?)
        })
        .await
    }
}

/// The records of a month, or of all; what goes on has cost until now.
async fn rows(tx: &mut Tx, month: Option<Month>) -> Result<Vec<CostRow>, StoreError> {
    let now = real_now();
    let (from, to) = month.map_or((Timestamp(i64::MIN), now), |month| (month.start(), month.end()));
    let mut rows = Vec::new();
    for charge in budgets::charges_between(tx, from, to).await? {
        for row in records(tx, &charge, now).await? {
            // A charge period lies in one billing period.
            let mut part = Month::of(row.from);
            while part.start() < row.to {
                if month.is_none_or(|wanted| wanted == part) {
                    rows.extend(row.within(part));
                }
                part = part.next();
            }
        }
    }
    Ok(rows)
}

async fn records(tx: &mut Tx, charge: &Charge, now: Timestamp) -> Result<Vec<CostRow>, StoreError> {
    let environment = environments::get(tx, &charge.environment_id).await?;
    let estimate = &charge.estimate.0;
    let (priced, all) = estimate.priced();
    let record = |rate| CostRow {
        environment_id: environment.id.0.clone(),
        environment_name: environment.name.clone(),
        requester: environment.owner_user.clone(),
        team: environment.team.clone(),
        project: environment.project.clone(),
        cost_center: environment.cost_center.clone(),
        rate,
        currency: estimate.currency.clone(),
        from: charge.from_at,
        to: charge.to_at.unwrap_or(now),
        unpriced: all - priced,
    };
    Ok(by_type(estimate).into_iter().map(record).collect())
}
