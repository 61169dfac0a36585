//! Guardrails: what policy is asked with, and who can answer what it asks.

use std::collections::BTreeMap;

use super::Ctx;
use super::budget::{Purse, Wanted, tightest};
use crate::domain::approval::{PricedFor, Requirement};
use crate::domain::cost::{Estimate, amount, hourly, of_micros};
use crate::domain::decision::Point;
use crate::domain::ttl::TtlRules;
use crate::domain::{Actor, EnvironmentId, Person, Span, Timestamp};
use crate::policy::input::{self, Input, Money};
use crate::store::environments::{Environment, Scope};
use crate::store::{StoreError, Tx, environments};

/// Whom the settings call operators.
pub const OPERATORS: &str = "role:operator";

/// What policy is asked about.
pub struct Matter<'a> {
    pub point: Point,
    pub actor: &'a Actor,
    pub template: input::Template,
    pub inputs: &'a BTreeMap<String, serde_json::Value>,
    pub rules: &'a TtlRules,
    /// How long it is to live; at `extend`, from the present expiry.
    pub ttl: Span,
    pub project: Option<&'a str>,
    pub cost_center: Option<&'a str>,
    /// Whose budget and whose quota it is: the environment's, or the actor's own team.
    pub team: Option<String>,
    pub environment: Option<&'a Environment>,
    pub estimate: Option<&'a Estimate>,
    pub approval: Option<input::Approval>,
}

impl<'a> Matter<'a> {
    /// About an environment that is there.
    pub fn of(point: Point, actor: &'a Actor, environment: &'a Environment) -> Matter<'a> {
        Matter {
            point,
            actor,
            template: input::Template {
                name: environment.template.clone(),
                title: environment.template_title.clone(),
                version: environment.version.clone(),
                engine: environment.engine.map(|kind| kind.to_string()).unwrap_or_default(),
            },
            inputs: &environment.inputs.0,
            rules: &environment.rules.0,
            ttl: environment.ttl(),
            project: environment.project.as_deref(),
            cost_center: environment.cost_center.as_deref(),
            team: environment.team.clone(),
            environment: Some(environment),
            estimate: environment.estimate.as_ref().map(|estimate| &estimate.0),
            approval: None,
        }
    }
}

impl Matter<'_> {
    /// When it would end.
    fn until(&self, now: Timestamp) -> Timestamp {
        match (self.point, self.environment) {
            (Point::Extend, Some(environment)) => {
                let longer = environment.expires_at.unwrap_or(now) + self.ttl;
                // As the command does: where that has passed as well, it counts from now.
                if longer <= now { now + self.ttl } else { longer }
            }
            (_, Some(environment)) => environment.costs_until(now),
            (_, None) => now + self.ttl,
        }
    }
}

/// What policy was asked with, and what it saw of the budget.
pub struct Asked {
    pub input: Input,
    pub purse: Option<Purse>,
}

impl Asked {
    /// The input as it goes to the evaluator.
    pub fn json(&self) -> serde_json::Value {
        // Plain data: there is nothing in it that JSON could not have.
        serde_json::to_value(&self.input).unwrap_or_default()
    }
}

/// Gathers what policy is asked with.
pub async fn ask(ctx: &Ctx, tx: &mut Tx, matter: Matter<'_>) -> Result<Asked, StoreError> {
    let now = ctx.now();
    let id = matter.environment.map(|environment| &environment.id);
    let until = matter.until(now);
    // What an extension costs is asked for alone; anything else costs until its end.
    let span = if matter.point == Point::Extend { matter.ttl } else { until - now };
    let wanted = matter.estimate.map(|estimate| Wanted { estimate, until });
    let purse = tightest(ctx, tx, (matter.team.as_deref(), matter.environment), wanted).await?;
    let owner = matter.environment.map(Environment::owner);
    let person = owner.or_else(|| matter.actor.person().cloned());
    let counts = counts(tx, person.as_ref(), matter.team.as_deref(), id).await?;
    let rules = matter.rules;
    let input = Input {
        point: matter.point.to_string(),
        time: input::Time::at(now),
        actor: actor(ctx, matter.actor),
        template: matter.template,
        inputs: matter.inputs.clone(),
        ttl: input::Ttl {
            seconds: matter.ttl.millis() / 1000,
            default_seconds: rules.default.millis() / 1000,
            maximum_seconds: rules.maximum.millis() / 1000,
        },
        project: matter.project.map(str::to_owned),
        cost_center: matter.cost_center.map(str::to_owned),
        counts,
        budget: purse.as_ref().map(budget),
        estimate: matter.estimate.map(|estimate| input::Estimate::of(estimate, span)),
        environment: matter.environment.map(environment),
        approval: matter.approval,
    };
    Ok(Asked { input, purse })
}

/// A budget, as rules see it.
fn budget(purse: &Purse) -> input::Budget {
    input::Budget {
        team: purse.team.clone(),
        month: purse.month.to_string(),
        currency: purse.budget.currency.clone(),
        limit: Money::of(purse.budget.amount),
        reserved: Money::of(purse.reserved_amount()),
        left: Money::of(purse.left_amount()),
        wanted: Money::of(of_micros(purse.wanted)),
    }
}

pub(super) async fn counts(
    tx: &mut Tx,
    person: Option<&Person>,
    team: Option<&str>,
    but_for: Option<&EnvironmentId>,
) -> Result<input::Counts, StoreError> {
    let of_person = match person {
        Some(person) => {
            environments::count_living(tx, &Scope::Owner(person.clone()), but_for).await?
        }
        None => 0,
    };
    let of_team = match team {
        Some(team) => {
            environments::count_living(tx, &Scope::Team(team.to_owned()), but_for).await?
        }
        None => 0,
    };
    let all = environments::count_living(tx, &Scope::All, but_for).await?;
    Ok(input::Counts { person: of_person, team: of_team, all })
}

/// Who asks, as rules see it.
pub fn actor(ctx: &Ctx, actor: &Actor) -> input::Actor {
    let kind = match actor {
        Actor::Person(_) => "person",
        Actor::Scheduler => "scheduler",
        Actor::Worker { .. } => "worker",
        Actor::Console => "console",
    };
    let person = actor.person();
    input::Actor {
        kind: kind.to_owned(),
        id: person.map(|person| person.user.clone()).unwrap_or_default(),
        workspace: person.map(|person| person.workspace.clone()).unwrap_or_default(),
        team: person.and_then(|person| ctx.directory.team_of(person)),
        groups: person.map(|person| ctx.directory.groups_of(person)).unwrap_or_default(),
        roles: person.map(|person| ctx.directory.roles_of(person)).unwrap_or_default(),
    }
}

fn environment(environment: &Environment) -> input::Environment {
    let time = |at: Timestamp| input::Time::at(at).now;
    input::Environment {
        id: environment.id.0.clone(),
        name: environment.name.clone(),
        owner: environment.owner_user.clone(),
        team: environment.team.clone(),
        status: environment.status.to_string(),
        created_at: time(environment.created_at),
        ready_at: environment.ready_at.map(time),
        expires_at: environment.expires_at.map(time),
    }
}

/// What an estimate comes to for people.
pub fn priced(estimate: &Estimate, span: Span, purse: Option<&Purse>) -> PricedFor {
    let (priced, resources) = estimate.priced();
    // Amounts in two currencies are not compared.
    let purse = purse
        .filter(|purse| estimate.currency.is_empty() || purse.budget.currency == estimate.currency);
    let budget = purse.map(|purse| {
        let left = purse.left_amount();
        let currency = &purse.budget.currency;
        (amount(currency, left), amount(currency, purse.budget.amount))
    });
    PricedFor {
        hourly: match estimate.known_hourly() {
            Some(rate) if !estimate.is_free() => hourly(&estimate.currency, rate),
            _ => String::new(),
        },
        total: amount(&estimate.currency, estimate.during(span)),
        priced,
        resources,
        budget,
        month: purse.map(|purse| purse.month.in_words()).unwrap_or_default(),
    }
}

/// Whether a person may answer this now: one of the approvers as they are.
pub fn may_answer(ctx: &Ctx, person: &Person, one: &Requirement, requester: &Person) -> bool {
    is_eligible(person, one, requester) && approvers(ctx, one).contains(person)
}

/// Nobody approves their own request, unless policy says so. Going past a rule with a role of one's own is no approval
/// of one's own request.
fn is_eligible(person: &Person, one: &Requirement, requester: &Person) -> bool {
    person != requester || one.by_requester || one.overrides
}

/// All who can answer this of what somebody asks for, in their order.
pub fn eligible(ctx: &Ctx, one: &Requirement, requester: &Person) -> Vec<Person> {
    let all = approvers(ctx, one).into_iter();
    all.filter(|person| is_eligible(person, one, requester)).collect()
}

/// All who can answer this, in their order. Where nobody is named it is the operators.
pub fn approvers(ctx: &Ctx, one: &Requirement) -> Vec<Person> {
    let mut found: Vec<Person> = Vec::new();
    for selector in &one.approvers {
        for person in ctx.directory.members(selector) {
            if !found.contains(&person) {
                found.push(person);
            }
        }
    }
    match one.approvers.is_empty() {
        true => ctx.directory.members(OPERATORS),
        false => found,
    }
}
