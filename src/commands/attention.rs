//! `attention`: what operators have to look at.

use super::brake::key;
use super::{Asked, CommandError, Ctx};
use crate::domain::environment::Status;
use crate::domain::reply::{Attention, Brake, Reply};
use crate::store::environments::Environment;
use crate::store::{environments, orphans, outbox, runs, settings, steps};

const DEAD_LETTERS: i64 = 10;

pub(super) async fn attention(ctx: &Ctx, asked: Asked<'_>) -> Result<Reply, CommandError> {
    asked.operators_only(ctx, "attention")?;
    let mut tx = ctx.db.read().await?;
    let mut found = Attention::default();
    for brake in Brake::ALL {
        if let Some(by) = settings::get(&mut tx, key(*brake)).await? {
            found.brakes.push((*brake, by));
        }
    }
    let quarantined = environments::with_status(&mut tx, Status::Quarantined).await?;
    found.quarantined = quarantined.iter().map(Environment::facts).collect();
    for run in runs::given_back(&mut tx).await? {
        if steps::troubles(&steps::of_run(&mut tx, &run.id).await?) >= steps::LASTING_TROUBLE {
            found.troubled.push(environments::get(&mut tx, &run.environment_id).await?.facts());
        }
    }
    for environment in environments::unwarned(&mut tx).await? {
        if let Some(reap_at) = environment.reap_at {
            found.unwarned.push((environment.facts(), reap_at));
        }
    }
    found.orphans = usize::try_from(orphans::count_reported(&mut tx).await?).unwrap_or(usize::MAX);
    for letter in outbox::dead_letters(&mut tx, DEAD_LETTERS).await? {
        found.dead_letters.push((letter.conversation, letter.error.unwrap_or_default()));
    }
    Ok(Reply::Attention(found))
}
