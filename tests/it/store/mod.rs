//! Every function of the store, on both databases.

mod claims;
mod db;
mod due;
mod environments;
mod fixtures;
mod life;
mod links;
mod outbox;
mod outbox_senders;
mod records;
mod runs;
mod schema;
mod settings;
mod tested;
