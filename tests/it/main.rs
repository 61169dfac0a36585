//! The integration tests: one binary, a module a subject.

#[macro_use]
mod support;

mod browser;
mod cli;
mod dependencies;
mod engine;
mod hygiene;
mod imports;
mod process;
mod store;
