//! Children: programs that run for minutes and must survive the bot, or end when nobody watches them.
//!
//! The bot starts `mayfly supervise <run-folder>` ([`Supervised::start`]); that supervisor ([`supervise`])
//! starts the program and stays beside it. The two speak through files in the run's folder alone
//! ([`files`]), so a restarted bot finds what it left ([`Supervised::attach`]) and loses nothing.

mod bury;
mod census;
mod exit;
mod identity;
mod limits;
mod lines;
mod lock;
mod spec;
mod supervised;
mod supervisor;
mod tied;
mod watch;

pub use census::leftovers_of;
pub use exit::{Cause, Exit};
pub use identity::Identity;
pub use lines::{Line, Offsets, Stream};
pub use lock::FileLock;
pub use spec::{Limits, Spec, StampDeadlines, files};
pub use supervised::{FollowError, Lost, StartError, Supervised};
pub use supervisor::{SuperviseError, supervise};
pub use tied::become_program;
