//! All SQL. Written once for SQLite and PostgreSQL (`on!`), tested on both.
//!
//! Functions take `&mut Tx`, never `Db`: who begins a transaction decides what belongs into it.

pub mod approvals;
pub mod audit;
pub mod budgets;
pub mod db;
pub mod decisions;
pub mod deliveries;
pub mod effects;
pub mod environments;
mod error;
mod json_text;
pub mod links;
pub mod orphans;
pub mod outbox;
pub mod plans;
mod pool;
pub mod run_log;
pub mod runs;
pub mod secrets;
pub mod settings;
pub mod steps;
pub mod sweeps;
pub mod versions;

pub use db::{Db, DbUrl, Tx};
pub use error::StoreError;
pub use json_text::JsonText;
