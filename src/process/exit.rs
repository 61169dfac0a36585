//! How a child ended, as the supervisor saw it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;

/// How a child ended. While `exit.json` is not there, nothing has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exit {
    /// The exit code, when it ended by itself.
    pub code: Option<i32>,
    /// The signal that ended it. Neither code nor signal are known of a [`Cause::Lost`].
    pub signal: Option<i32>,
    pub cause: Cause,
    /// What went wrong, for [`Cause::NotStarted`].
    pub message: Option<String>,
    /// Real time.
    pub started: Timestamp,
    /// Real time; every process of the run was gone by then.
    pub ended: Timestamp,
    /// Processes that outlived the child and had to be ended.
    pub leftovers: u32,
}

impl Exit {
    /// Ended by itself, with code 0.
    pub fn success(&self) -> bool {
        self.cause == Cause::Exited && self.code == Some(0)
    }
}

/// Why a child ended: the first reason counts, also when it ended itself in the grace that followed.
/// A child that was interrupted just when it was done has code 0 and the cause of the interrupt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// By itself.
    Exited,
    /// Somebody asked.
    Interrupted,
    /// It ran longer than its time limit.
    TimeLimit,
    /// It wrote nothing for longer than its limit on silence.
    SilenceLimit,
    /// Nobody renewed the stamp: the claim may be another's.
    StampLost,
    /// Somebody asked for an end at once.
    Killed,
    /// Its supervisor had died; the bot ended what was left.
    Lost,
    /// The program could not be started; `message` says why.
    NotStarted,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Cause::Exited => "exited",
            Cause::Interrupted => "interrupted",
            Cause::TimeLimit => "time limit",
            Cause::SilenceLimit => "limit on silence",
            Cause::StampLost => "stamp lost",
            Cause::Killed => "killed",
            Cause::Lost => "supervisor lost",
            Cause::NotStarted => "not started",
        })
    }
}
