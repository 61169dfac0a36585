//! Rego: a typed input becomes a decision.
//!
//! [`Policies`] holds a bundle that was read, mended and checked. It is asked in a child ([`run_child`]): the
//! parent writes policies, data and input to it and reads what the rules said, and whatever goes wrong there is
//! a denial. What comes back is made into findings here, where `data.enforcement` and exceptions are known.

mod answer;
mod builtins;
mod bundle;
mod child;
mod children;
mod console;
mod data;
mod enforcement;
mod engine;
mod error;
mod evaluate;
mod findings;
pub mod input;
mod manifest;
mod mask;
mod opa;
mod policies;
mod query;
mod repair;
mod rules;
pub mod scan;
pub mod schema;
mod settings;
mod sources;
mod suite;
mod terms;
mod walk;

pub use child::{ChildLimits, become_program, run as run_child};
pub use console::{Checked, Console, FailedTest, FileCoverage, TestReport};
pub use error::PolicyError;
pub use findings::Found;
pub use mask::mask;
pub use policies::{FAILED, Policies, namespaces_of};
pub use settings::{BuiltinErrors, Evaluator, Limits, Settings};

pub use crate::domain::RegoVersion;
