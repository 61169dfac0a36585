//! The integration tests: one binary, a module a subject.

#[macro_use]
mod support;

<<<<<<< HEAD
mod browser;
mod cli;
=======
mod aws;
>>>>>>> aws
mod dependencies;
mod e2e;
mod engine;
mod hostile;
mod hygiene;
mod imports;
mod process;
mod store;
