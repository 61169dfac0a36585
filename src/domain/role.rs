//! What one process of several does.

use super::text_enum::text_enum;

text_enum! {
    /// A part of the bot's work. Any number of processes on one PostgreSQL may have each; there is no leader.
    Role {
        /// Hears Slack, and answers.
        Ingress = "ingress",
        /// Works on runs, and delivers messages.
        Worker = "worker",
        /// Warns, reaps, and anchors the audit trail.
        Scheduler = "scheduler",
    }
}
