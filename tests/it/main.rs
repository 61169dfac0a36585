//! The integration tests: one binary, a module a subject.

mod engine;
mod process;
