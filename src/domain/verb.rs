//! The verbs of `/infra`.

/// The verbs of `/infra`, in the order in which help lists them.
pub const VERBS: &[Verb] = &[
    Verb { word: "new", usage: "new [template] [key=value …]", audience: Audience::Everyone },
    Verb { word: "list", usage: "list [mine|team|all]", audience: Audience::Everyone },
    Verb { word: "show", usage: "show <env>", audience: Audience::Everyone },
    Verb { word: "extend", usage: "extend <env> [duration]", audience: Audience::Everyone },
    Verb { word: "destroy", usage: "destroy <env>", audience: Audience::Everyone },
    Verb { word: "cancel", usage: "cancel <env>", audience: Audience::Everyone },
    Verb { word: "drift", usage: "drift <env>", audience: Audience::Everyone },
    Verb { word: "revert", usage: "revert <env>", audience: Audience::Everyone },
    Verb { word: "retry", usage: "retry <env>", audience: Audience::Everyone },
    Verb { word: "logs", usage: "logs <env>", audience: Audience::Everyone },
    Verb { word: "credentials", usage: "credentials <env>", audience: Audience::Everyone },
    Verb { word: "cost", usage: "cost [mine|team|all] [2026-11]", audience: Audience::Everyone },
    Verb {
        word: "override",
        usage: "override \"reason\" extend|destroy|revert <env> …",
        audience: Audience::Everyone,
    },
    Verb { word: "why", usage: "why [env|run] [page]", audience: Audience::Everyone },
    Verb { word: "templates", usage: "templates", audience: Audience::Everyone },
    Verb { word: "help", usage: "help [verb]", audience: Audience::Everyone },
    Verb { word: "pause", usage: "pause creating|reaping", audience: Audience::Operators },
    Verb { word: "resume", usage: "resume creating|reaping", audience: Audience::Operators },
    Verb { word: "attention", usage: "attention", audience: Audience::Operators },
    Verb { word: "policies", usage: "policies [reload]", audience: Audience::Operators },
    Verb { word: "gone", usage: "gone <env> [reason …]", audience: Audience::Operators },
    Verb { word: "orphans", usage: "orphans", audience: Audience::Operators },
];

/// A verb of `/infra`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verb {
    pub word: &'static str,
    /// With its arguments, as help and a copyable line show it.
    pub usage: &'static str,
    pub audience: Audience,
}

/// Whom a verb is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    Everyone,
    Operators,
}
