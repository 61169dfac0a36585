//! The integration tests: one binary, a module a subject.

#[macro_use]
mod support;

mod dependencies;
mod e2e;
mod engine;
mod hygiene;
mod imports;
mod process;
mod store;
