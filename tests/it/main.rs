//! The integration tests: one binary, a module a subject.

#[macro_use]
mod support;

mod engine;
mod process;
mod store;
