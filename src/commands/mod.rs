//! What people, pages and the scheduler can ask for: one closed enum, one verb a file.
//!
//! Every verb authorises, decides, and then writes state, run, audit and outbox in one transaction.

pub mod answer;
pub mod approval;
pub mod approvers;
mod attention;
mod brake;
pub mod budget;
mod cancel;
mod consult;
mod cost;
mod create;
mod credentials;
pub mod ctx;
pub mod decided;
mod destroy;
mod drift;
mod extend;
mod filled_in;
mod gone;
pub mod guard;
mod help;
mod home;
mod list;
mod living;
mod logs;
mod new;
pub mod orphans;
pub mod parse;
pub mod policies;
mod reap;
mod regions;
mod request;
mod retry;
mod revert;
mod secret_inputs;
mod show;
mod target;
mod templates;
pub mod transition;
mod warn;
mod why;

pub use credentials::{LINK_LIFE, RevealError, Revealed, reveal};
pub use ctx::{CommandError, Ctx, Nudges};
pub use destroy::{begin as begin_destroy, queue_destroy};
pub use home::home;
pub use new::{Filled, FormAsked, FormFacts, form_asked, form_facts};
pub use parse::parse;
pub use policies::Policing;
pub use regions::Regions;
pub use secret_inputs::{Asks, EntryError, enter_secrets, secrets_asked};
pub use target::Target;

use crate::domain::reply::{Audience, Brake, ListScope, Refusal, Reply};
use crate::domain::{Actor, ApprovalId, Month, OrphanId, Span, Timestamp};
use crate::template::RawInputs;

/// Everything that can be asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// The form of a template, or the picker.
    New {
        template: Option<String>,
        given: Vec<(String, String)>,
    },
    /// A filled-in form.
    Create(Create),
    List {
        scope: ListScope,
        page: usize,
    },
    Show(Target),
    /// By the template's first step when no span is named. A button says for which expiry it was drawn: it
    /// extends that one, once.
    Extend {
        target: Target,
        by: Option<Span>,
        drawn_for: Option<Timestamp>,
    },
    Destroy(Target),
    Cancel(Target),
    /// Compares it with its template.
    Drift(Target),
    /// Puts it back as its template says.
    Revert(Target),
    /// Destroys what is quarantined once more.
    Retry(Target),
    /// Calls what is quarantined gone; without a reason it is asked for.
    Gone {
        target: Target,
        why: Option<String>,
    },
    Logs(Target),
    Credentials(Target),
    Templates,
    Help(Option<String>),
    Pause(Brake),
    Resume(Brake),
    Attention,
    /// What has our tag and no living environment.
    Orphans,
    /// Takes one over; without a reason it is asked for.
    AdoptOrphan {
        orphan: OrphanId,
        why: Option<String>,
    },
    DestroyOrphan(OrphanId),
    /// Somebody answers a question for approval.
    Answer(answer::Said),
    /// The scheduler's: a reminder of a question, or its end, is due.
    ApprovalDue(ApprovalId),
    /// What environments cost in a month; this one unless it is named.
    Cost {
        scope: ListScope,
        month: Option<Month>,
    },
    /// The rules in force.
    Policies(Policing),
    /// The same with a reason for which it should go past policy.
    Override {
        why: String,
        command: Box<Command>,
    },
    /// Every decision that policy has taken about it; of nothing, the person's own last ones.
    Why {
        target: Option<Target>,
        page: usize,
    },
    /// The scheduler's: a warning is due.
    Warn(Target),
    /// The scheduler's: the end has come.
    Reap(Target),
}

/// A filled-in form.
#[derive(Debug, Clone, PartialEq)]
pub struct Create {
    pub template: String,
    pub inputs: RawInputs,
    /// As typed; empty for the template's default.
    pub ttl: String,
    /// As typed; empty for the person's team's.
    pub project: String,
    pub cost_center: String,
    /// Why it should pass all the same, as the person says.
    pub reason: Option<String>,
    /// The digest of what policy said of it and the person has seen.
    pub seen: Option<String>,
}

/// A command with who gave it, and the key under which its delivery acts once.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    pub actor: Actor,
    pub command: Command,
    /// Slack's own id of the delivery; `None` where nothing delivers twice.
    pub delivery: Option<String>,
}

/// Does it. A refusal is for the person; what is our own fault is logged under a reference.
pub async fn execute(ctx: &Ctx, request: Request) -> Result<Reply, Refusal> {
    match dispatch(ctx, &request).await {
        Ok(reply) => Ok(reply),
        Err(CommandError::Refused(refusal)) => Err(*refusal),
        Err(CommandError::Internal(error)) => {
            let reference = ctx.reference();
            tracing::error!(%reference, %error, command = ?request.command, "a command failed");
            Err(Refusal::Internal { reference })
        }
    }
}

async fn dispatch(ctx: &Ctx, request: &Request) -> Result<Reply, CommandError> {
    let mut by =
        Asked { actor: &request.actor, delivery: request.delivery.as_deref(), reason: None };
    let mut command = &request.command;
    if let Command::Override { why, command: what } = command {
        by.reason = Some(why);
        command = what;
    }
    match command {
        // One reason goes past what it goes past.
        Command::Override { .. } => {
            let problem = "one reason is enough".to_owned();
            Err(Refusal::BadArgument { verb: "override", problem }.into())
        }
        Command::New { template, given } => new::new(ctx, template.as_deref(), given).await,
        Command::Create(form) => create::create(ctx, by, form).await,
        Command::List { scope, page } => list::list(ctx, by, *scope, *page).await,
        Command::Show(target) => show::show(ctx, by, target).await,
        Command::Extend { target, by: span, drawn_for } => {
            extend::extend(ctx, by, extend::Wanted { target, span: *span, drawn_for: *drawn_for })
                .await
        }
        Command::Destroy(target) => destroy::destroy(ctx, by, target).await,
        Command::Cancel(target) => cancel::cancel(ctx, by, target).await,
        Command::Drift(target) => drift::drift(ctx, by, target).await,
        Command::Revert(target) => revert::revert(ctx, by, target).await,
        Command::Retry(target) => retry::retry(ctx, by, target).await,
        Command::Gone { target, why } => gone::gone(ctx, by, target, why.as_deref()).await,
        Command::Logs(target) => logs::logs(ctx, by, target).await,
        Command::Credentials(target) => credentials::credentials(ctx, by, target).await,
        Command::Templates => Ok(templates::templates(ctx)),
        Command::Help(verb) => Ok(help::help(ctx, by, verb.as_deref())?),
        Command::Pause(brake) => brake::pause(ctx, by, *brake).await,
        Command::Resume(brake) => brake::resume(ctx, by, *brake).await,
        Command::Attention => attention::attention(ctx, by).await,
        Command::Orphans => orphans::list(ctx, by).await,
        Command::AdoptOrphan { orphan, why } => {
            orphans::adopt(ctx, by, orphan, why.as_deref()).await
        }
        Command::DestroyOrphan(orphan) => orphans::destroy(ctx, by, orphan).await,
        Command::Answer(said) => answer::answer(ctx, by, said).await,
        Command::ApprovalDue(id) => approval::due(ctx, by, id).await,
        Command::Why { target, page } => why::why(ctx, by, target.as_ref(), *page).await,
        Command::Cost { scope, month } => cost::cost(ctx, by, *scope, *month).await,
        Command::Policies(what) => policies::policies(ctx, by, *what).await,
        Command::Warn(target) => warn::warn(ctx, by, target).await,
        Command::Reap(target) => reap::reap(ctx, by, target).await,
    }
}

/// Who asks, by which delivery.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub actor: &'a Actor,
    pub delivery: Option<&'a str>,
    /// Why it should go past policy, as whoever asks says.
    pub reason: Option<&'a str>,
}

impl Asked<'_> {
    /// Whether operators' verbs are open: to operators, to the console, to the clock.
    fn audience(&self, ctx: &Ctx) -> Audience {
        let operator = match self.actor {
            Actor::Person(person) => ctx.directory.is_operator(person),
            Actor::Scheduler | Actor::Worker { .. } | Actor::Console => true,
        };
        if operator { Audience::Operators } else { Audience::Everyone }
    }

    /// Refuses everybody but operators.
    fn operators_only(&self, ctx: &Ctx, verb: &'static str) -> Result<(), CommandError> {
        match self.audience(ctx) {
            Audience::Operators => Ok(()),
            Audience::Everyone => Err(Refusal::OperatorsOnly { verb }.into()),
        }
    }
}
