//! The bot's database, for verbs that only read.

use std::process::ExitCode;

use super::Settings;
use super::errors::{fail, fail_all};
use crate::app::database_url;
use crate::store::{Db, DbUrl, StoreError};

/// A database that is not there, or cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(
    "{url:?}: {source}\nhint: check database.url; a database of an earlier version is brought up to date when \
     `mayfly serve` starts"
)]
pub(super) struct Unread {
    pub(super) url: DbUrl,
    pub(super) source: StoreError,
}

/// The database of the settings, and where it is.
pub(super) async fn database(settings: &Settings) -> Result<(Db, DbUrl), ExitCode> {
    let config = settings.load().map_err(|errors| fail_all(&errors))?;
    let url = database_url(&config);
    match Db::open_to_read(&url).await {
        Ok(db) => Ok((db, url)),
        Err(source) => Err(fail(&Unread { url, source }.to_string())),
    }
}
