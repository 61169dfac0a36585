//! The real bot in a simulated Slack workspace: real HTTP and sockets, real Terraform, both databases.
//!
//! Each test has a world of its own and ends it with [`stage::Stage::ends`], which fails when a run, a
//! message or a process is left over.

mod again;
mod approvals;
mod audit;
mod cancel;
mod consulted;
mod delivery;
mod drift;
mod each;
mod engines;
mod expiry;
mod failing;
mod guarded;
mod hostile;
mod inputs;
pub mod killed;
mod life;
mod orphans;
pub mod pages;
pub mod people;
mod protected;
mod quarantine;
mod restart;
mod rights;
mod served;
pub mod stage;
mod teams;
mod trouble;
mod twice;
mod update;
mod usage;
