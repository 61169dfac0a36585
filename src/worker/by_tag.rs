//! What was begun and whose answer never came has no id: it is looked for by the environment's tag.

use std::collections::BTreeSet;

use super::attempt::{Attempt, Stopped};
use super::reading::LARGEST;
use super::workplace::Workplace;
use crate::domain::environment::EndReason;
use crate::domain::run::Step;
use crate::engine::Inventory;
use crate::engine::sweep::{self, Swept, Wanted};
use crate::store::effects::Effect;
use crate::store::settings;

/// How the id of an effect is told that was found by its tag.
pub(super) const BY_TAG: &str = "tag";

impl Attempt {
    /// The same, with the ids of those that are found by their tag and cannot be taken for another. Where the
    /// template says nothing of how to look, or looking fails, they stay as they are.
    pub(super) async fn with_ids(
        &self,
        place: &Workplace,
        open: Vec<Effect>,
        known: &Inventory,
    ) -> Result<Vec<Effect>, Stopped> {
        let engine = &place.installed.engine;
        let wanted = open
            .iter()
            .any(|effect| is_nameless(effect, known) && engine.exists_outside(&kind_of(effect)));
        if !wanted {
            return Ok(open);
        }
        Ok(match self.swept(place).await? {
            Some(swept) => {
                let ours: Vec<Swept> = swept.into_iter().filter(Swept::is_tagged).collect();
                named(open, known, &ours)
            }
            None => open,
        })
    }

    /// An orphan may have gone since it was listed, and another's have taken its name: before it is taken in it has
    /// to be seen once more, with the tags of this installation and environment.
    pub(super) async fn is_still_ours(&self, place: &Workplace) -> Result<(), Stopped> {
        let reason = self.environment.end_reason.as_ref().map(|reason| &reason.0);
        let Some(EndReason::Orphan { resource, .. }) = reason else { return Ok(()) };
        let swept = self.swept(place).await?;
        let is_it = |one: &Swept| one.id == *resource && one.is_tagged();
        match swept {
            Some(swept) if swept.iter().any(is_it) => Ok(()),
            Some(_) => {
                let why = format!(
                    "{resource} does not have this environment's tag any more: it is gone, or another's. It was not touched."
                );
                Err(Stopped::failed(Step::Prepare, why))
            }
            None => {
                let why = format!(
                    "Whether {resource} still has this environment's tag could not be seen. It was not touched."
                );
                Err(Stopped::failed(Step::Prepare, why))
            }
        }
    }

    /// What has the environment's tag; `None`: nobody can say.
    async fn swept(&self, place: &Workplace) -> Result<Option<Vec<Swept>>, Stopped> {
        let Some(how) = &place.manifest.sweep else { return Ok(None) };
        let settings = &self.shop.settings;
        let installation = {
            let mut tx = self.shop.ctx.db.read().await?;
            settings::get(&mut tx, settings::INSTALLATION).await?.unwrap_or_default()
        };
        let environment = Some(self.environment.name.as_str());
        let wanted = Wanted { installation: &installation, environment };
        let from = sweep::Place {
            exe: &settings.exe,
            source: &settings.data.join("sources").join(&self.environment.version),
            path: &std::env::var("PATH").unwrap_or_default(),
            home: &settings.data.join("home"),
            credentials: &place.job.credentials,
        };
        let call = sweep::call(how, &from, wanted);
        let name = format!("sweep-{}", self.run.epoch);
        let limit = place.manifest.limits.plan.real();
        let child = self.secret_child((Step::Prepare, &name), call, limit, &place.manifest).await;
        let found = match child {
            Ok(child) => child
                .take_stdout(LARGEST)
                .map_err(|error| error.to_string())
                .and_then(|printed| sweep::read(&printed, wanted).map_err(|e| e.to_string())),
            Err(Stopped::Failed(failure)) => {
                Err(failure.tail.last().unwrap_or(&failure.summary).clone())
            }
            Err(stopped) => return Err(stopped),
        };
        match found {
            Ok(found) => {
                let detail = format!("{} resources have its tag", found.len());
                self.end(Step::Prepare, "swept by tag", &detail).await?;
                Ok(Some(found))
            }
            // What is in the state is to be destroyed all the same.
            Err(why) => {
                self.end(Step::Prepare, "not swept by tag", &why).await?;
                Ok(None)
            }
        }
    }
}

/// Whether the state does not have it, and nobody knows its id.
fn is_nameless(effect: &Effect, known: &Inventory) -> bool {
    effect.id.is_none() && !known.resources.contains(&effect.address)
}

/// Gives an id to each that is the only one of its type without, where one resource alone can be it.
fn named(open: Vec<Effect>, known: &Inventory, swept: &[Swept]) -> Vec<Effect> {
    let of_effects = open.iter().filter_map(|effect| effect.id.as_deref()?.split_once('='));
    let taken: BTreeSet<&str> =
        known.ids.values().map(String::as_str).chain(of_effects.map(|(_, id)| id)).collect();
    let nameless: Vec<String> =
        open.iter().filter(|effect| is_nameless(effect, known)).map(kind_of).collect();
    let id_of = |effect: &Effect| {
        let kind = kind_of(effect);
        let alone = nameless.iter().filter(|other| **other == kind).count() == 1;
        let mut fits = swept.iter().filter_map(|one| {
            let id = one.adopt.as_deref().filter(|id| !taken.contains(id))?;
            (one.kind.as_deref() == Some(&kind)).then(|| format!("{BY_TAG}={id}"))
        });
        fits.next().filter(|_| alone && fits.next().is_none())
    };
    let ids: Vec<Option<String>> = open
        .iter()
        .map(|effect| if is_nameless(effect, known) { id_of(effect) } else { effect.id.clone() })
        .collect();
    open.into_iter().zip(ids).map(|(effect, id)| Effect { id, ..effect }).collect()
}

/// Its type; of what only a plan has named, as its address says.
fn kind_of(effect: &Effect) -> String {
    if !effect.kind.is_empty() {
        return effect.kind.clone();
    }
    let mut depth = 0;
    let plain: String = effect
        .address
        .chars()
        .filter(|c| {
            // What stands in brackets is a key, whatever it has in it.
            depth += i32::from(*c == '[');
            let outside = depth == 0;
            depth -= i32::from(*c == ']');
            outside
        })
        .collect();
    plain.rsplit('.').nth(1).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{EnvironmentId, RunId, Timestamp};

    fn effect(address: &str, kind: &str, id: Option<&str>) -> Effect {
        Effect {
            environment_id: EnvironmentId("env_1".into()),
            address: address.into(),
            kind: kind.into(),
            id: id.map(str::to_owned),
            run_id: RunId("run_1".into()),
            at: Timestamp(0),
        }
    }

    fn swept(kind: &str, adopt: &str) -> Swept {
        let (kind, adopt) = (Some(kind.to_owned()), Some(adopt.to_owned()));
        Swept { id: "arn".into(), kind, adopt, ..Swept::default() }
    }

    fn ids(open: Vec<Effect>, known: &Inventory, found: &[Swept]) -> Vec<Option<String>> {
        named(open, known, found).into_iter().map(|effect| effect.id).collect()
    }

    #[test]
    fn the_only_one_of_its_type_is_it() {
        let open = || vec![effect("aws_s3_bucket.a", "aws_s3_bucket", None)];
        let known = Inventory::default();
        let bucket = |name: &str| swept("aws_s3_bucket", name);
        let found = [bucket("calm"), swept("aws_sns_topic", "arn:t")];
        assert_eq!(ids(open(), &known, &found), [Some("tag=calm".to_owned())]);
        assert_eq!(ids(open(), &known, &[bucket("calm"), bucket("brave")]), [None], "either");
        assert_eq!(ids(open(), &known, &[]), [None]);
        let two = vec![
            effect("aws_s3_bucket.a", "aws_s3_bucket", None),
            effect("aws_s3_bucket.b", "aws_s3_bucket", None),
        ];
        assert_eq!(ids(two, &known, &[bucket("calm")]), [None, None], "either address");
    }

    #[test]
    fn what_has_its_place_already_is_no_other() {
        let bucket = |name: &str| swept("aws_s3_bucket", name);
        let found = [bucket("known"), bucket("named"), bucket("calm")];
        let known = Inventory {
            resources: vec!["aws_s3_bucket.k".into()],
            ids: [("aws_s3_bucket.k".to_owned(), "known".to_owned())].into(),
            ..Inventory::default()
        };
        let open = vec![
            effect("aws_s3_bucket.n", "aws_s3_bucket", Some("id=named")),
            effect("module.x[\"a.b\"].aws_s3_bucket.a[0]", "", None),
            effect("aws_s3_bucket.k", "aws_s3_bucket", None),
        ];
        let named = ids(open, &known, &found);
        assert_eq!(named, [Some("id=named".to_owned()), Some("tag=calm".to_owned()), None]);
    }
}
