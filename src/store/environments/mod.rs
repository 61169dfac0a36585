//! Environments: rows, states, what is due.

mod change;
mod due;
mod find;
mod row;

pub use change::{
    count_destroyed, insert, reopened, set_card, set_destroy_failures, set_engine, set_estimate,
    set_outputs, set_spent, transition,
};
pub use due::{
    DUE_REAPS, DUE_WARNINGS, due, next_event, unwarned, warning_accepted, warning_refused,
    warning_sent,
};
pub use find::{
    ALL_LIVING, Scope, by_name, count_living, find, get, last_estimate, last_estimate_and_inputs,
    living, living_names, lock, templates, with_status,
};
pub use row::Environment;
