//! What a command comes to for the person who gave it: typed, so that `words` alone makes sentences.

use super::approval::{Answer, ApprovalFacts};
use super::facts::EnvironmentFacts;
use super::notice::Notice;
use super::orphan::{OrphanLine, SweptPlace};
pub use super::refusal::Refusal;
pub use super::report::{CostReport, CostReportLine, Explained, OwnDecision, Why};
use super::run::{RunKind, RunStatus};
pub use super::verb::{Audience, VERBS, Verb};
use super::{Span, Timestamp, Unavailable};

super::text_enum::text_enum! {
    /// What the operators' brake stops.
    Brake {
        /// New environments.
        Creating = "creating",
        /// The reaper; warnings go on.
        Reaping = "reaping",
    }
}

super::text_enum::text_enum! {
    /// Whose environments a list shows.
    ListScope { Mine = "mine", Team = "team", All = "all" }
}

/// A template in a list or a picker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateLine {
    pub name: String,
    pub title: String,
    pub description: String,
    pub default_ttl: Span,
    pub maximum_ttl: Span,
    /// What keeps it from being used, if anything does.
    pub unavailable: Option<Unavailable>,
}

/// A run in the history of an environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunLine {
    pub kind: RunKind,
    pub status: RunStatus,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    /// `+3 ~0 -0`, once planned.
    pub plan: Option<String>,
    /// One line, of a failed one.
    pub failure: Option<String>,
}

/// What operators have to look at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attention {
    /// A brake that is on, and who put it on (a mention such as `<@U1>`, or `the console`).
    pub brakes: Vec<(Brake, String)>,
    pub quarantined: Vec<EnvironmentFacts>,
    /// Those with a run that something of Mayfly's own is in the way of, and not in passing.
    pub troubled: Vec<EnvironmentFacts>,
    /// Those whose warning nobody takes, and when they are reaped.
    pub unwarned: Vec<(EnvironmentFacts, Timestamp)>,
    /// How many orphans operators were told of and nobody has done anything about.
    pub orphans: usize,
    /// Messages that Slack refused for good: conversation and Slack's reason, newest first.
    pub dead_letters: Vec<(String, String)>,
}

/// What sweeps have found, and how they went.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Orphans {
    /// Those that operators were told of, longest known first.
    pub orphans: Vec<OrphanLine>,
    /// How many there are beside these.
    pub more: usize,
    pub places: Vec<SweptPlace>,
}

/// The answer to a command.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// Show the form of this template, with these values in it.
    Form {
        template: String,
        prefilled: Vec<(String, String)>,
    },
    /// Show the picker, for no template was named.
    Picker {
        templates: Vec<TemplateLine>,
    },
    /// It is on its way.
    Created {
        facts: EnvironmentFacts,
    },
    List {
        scope: ListScope,
        environments: Vec<EnvironmentFacts>,
        /// From 1.
        page: usize,
        more: bool,
        now: Timestamp,
    },
    Shown {
        facts: EnvironmentFacts,
        runs: Vec<RunLine>,
        now: Timestamp,
    },
    Extended {
        facts: EnvironmentFacts,
        added: Span,
        /// What policy warns of.
        warnings: Vec<String>,
    },
    Destroying {
        facts: EnvironmentFacts,
        /// What policy warns of.
        warnings: Vec<String>,
    },
    /// It may be marked as gone: ask for the reason.
    ReasonWanted {
        facts: EnvironmentFacts,
    },
    /// It counts as gone, and nothing was destroyed for it.
    MarkedGone {
        facts: EnvironmentFacts,
    },
    /// Asked to be called off; the card says when it has ended.
    Cancelling {
        facts: EnvironmentFacts,
    },
    /// It is compared with its template; its thread says what comes of it.
    Checking {
        facts: EnvironmentFacts,
    },
    /// It is put back as its template says; its thread tells how it goes.
    Reverting {
        facts: EnvironmentFacts,
        /// What policy warns of.
        warnings: Vec<String>,
    },
    Logs {
        facts: EnvironmentFacts,
        kind: RunKind,
        status: RunStatus,
        lines: Vec<String>,
    },
    /// A new reveal link; the earlier one is void.
    Credentials {
        facts: EnvironmentFacts,
        url: String,
        expires_at: Timestamp,
    },
    /// It still waits for its secret inputs: a new link to the page that asks for them.
    SecretsAsked {
        facts: EnvironmentFacts,
        url: String,
        expires_at: Timestamp,
    },
    Templates {
        templates: Vec<TemplateLine>,
    },
    Help {
        verb: Option<&'static str>,
        audience: Audience,
    },
    /// The brake is on.
    Paused {
        brake: Brake,
    },
    /// The brake is off.
    Resumed {
        brake: Brake,
    },
    Attention(Attention),
    /// What has our tag and no environment.
    Orphans(Orphans),
    /// It may be taken over: ask for the reason.
    AdoptionWanted {
        orphan: OrphanLine,
    },
    /// An operator has taken it over.
    Adopted {
        orphan: OrphanLine,
    },
    /// An answer to a question for approval was kept.
    Answered {
        facts: EnvironmentFacts,
        approval: ApprovalFacts,
    },
    /// It may be answered: ask for the comment.
    CommentWanted {
        facts: EnvironmentFacts,
        approval: ApprovalFacts,
        answer: Answer,
    },
    /// Every decision that was taken about it.
    Why(Why),
    /// What was last decided of what the person wanted, newest first.
    WhyMine {
        decisions: Vec<OwnDecision>,
        /// From 1.
        page: usize,
    },
    /// What environments cost.
    Cost(CostReport),
    /// What policies are in force; what is wrong with newer ones, if anything is.
    Policies {
        bundle: String,
        rules: usize,
        /// `file:line: what`; the bundle that was in force before stays.
        problems: Vec<String>,
        /// What in the data that is in force cannot be, and is passed over.
        warnings: Vec<String>,
    },
    /// A delivery that acted before: nothing is done and nothing is said again.
    Repeated,
}

/// A person's App Home.
#[derive(Debug, Clone, PartialEq)]
pub struct Home {
    /// Mine, by what ends soonest.
    pub environments: Vec<EnvironmentFacts>,
    pub templates: Vec<TemplateLine>,
    pub now: Timestamp,
}

/// What a notice is rendered with, read when it is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub notice: Notice,
    /// The environment as it is now; absent for what concerns none.
    pub facts: Option<EnvironmentFacts>,
    /// How far the run has come, for progress.
    pub progress: Option<super::run::Progress>,
    /// The question that it is about, for approvals.
    pub approval: Option<ApprovalFacts>,
    /// The base of links to our own pages, without a trailing slash.
    pub public_url: String,
    pub now: Timestamp,
}
