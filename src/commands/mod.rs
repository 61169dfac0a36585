//! What people, pages and the scheduler can ask for: one closed enum, one verb a file.
//!
//! Every verb authorises, decides, and then writes state, run, audit and outbox in one transaction.

mod attention;
mod brake;
mod cancel;
mod create;
mod credentials;
pub mod ctx;
mod destroy;
mod drift;
mod extend;
mod gone;
mod help;
mod home;
mod list;
mod living;
mod logs;
mod new;
pub mod orphans;
pub mod parse;
mod reap;
mod retry;
mod revert;
mod secret_inputs;
mod show;
mod target;
mod templates;
pub mod transition;
mod warn;

pub use credentials::{LINK_LIFE, RevealError, Revealed, reveal};
pub use ctx::{CommandError, Ctx, Nudges};
pub use destroy::{begin as begin_destroy, queue_destroy};
pub use home::home;
pub use new::{FormAsked, form_asked};
pub use parse::parse;
pub use secret_inputs::{Asks, EntryError, enter_secrets, secrets_asked};
pub use target::Target;

use crate::domain::reply::{Audience, Brake, ListScope, Refusal, Reply};
use crate::domain::{Actor, OrphanId, Span, Timestamp};
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
    let by = Asked { actor: &request.actor, delivery: request.delivery.as_deref() };
    match &request.command {
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
        Command::Warn(target) => warn::warn(ctx, by, target).await,
        Command::Reap(target) => reap::reap(ctx, by, target).await,
    }
}

/// Who asks, by which delivery.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub actor: &'a Actor,
    pub delivery: Option<&'a str>,
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
