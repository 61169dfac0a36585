//! Every function of the store, on both databases.

mod audit;
mod claims;
mod db;
mod due;
mod environments;
pub mod fixtures;
mod guardrails;
mod life;
mod links;
mod orphans;
mod outbox;
mod outbox_senders;
mod records;
mod runs;
mod schema;
mod settings;
mod tested;
