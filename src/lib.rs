//! Mayfly: a Slack bot that gives every developer an environment on demand and takes it away again.
//!
//! `docs/architecture.md` walks one command through these modules; `tests/it/imports.rs` holds the
//! table of what each may import.

pub mod app;
pub mod cli;
pub mod commands;
pub mod config;
pub mod cost;
pub mod domain;
pub mod engine;
pub mod faults;
pub mod ingress;
pub mod notify;
pub mod playground;
pub mod policy;
pub mod process;
pub mod releases;
pub mod secrets;
pub mod slack;
pub mod store;
pub mod template;
pub mod web;
pub mod words;
pub mod worker;
