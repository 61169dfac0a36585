//! The integration tests: one binary, a module a subject.

#[macro_use]
mod support;

mod audit;
mod aws;
mod browser;
mod cli;
mod cost;
mod dependencies;
mod deploy;
mod e2e;
mod engines;
mod hostile;
mod hygiene;
mod imports;
mod policy;
mod process;
mod releases;
mod scan;
mod store;
mod survival;
