//! The policies of an installation, for whoever asks them.

use std::sync::{Arc, PoisonError, RwLock};

use serde_json::Value;
use tokio::sync::watch;

use super::answer::{Answer, Answers, Ask, Broken, Question, RuleAnswer};
use super::bundle::{Bundle, Files};
use super::children::Children;
use super::findings;
use super::rules::{RuleKind, RuleRef};
use super::{Evaluator, PolicyError, Settings, opa};
use crate::domain::decision::{Decision, Finding, FindingKind, Point};

/// Policies that are loaded. Clones are the same: one that is reloaded is reloaded for all.
#[derive(Clone)]
pub struct Policies {
    shared: Arc<Shared>,
}

struct Shared {
    settings: Settings,
    bundle: RwLock<Arc<Bundle>>,
    /// Tells of newer ones.
    reloads: watch::Sender<()>,
    children: Children,
}

/// The rule by which an evaluation that failed denies.
pub const FAILED: &str = "policy-eval";

impl Policies {
    /// Reads, mends and checks what the settings name.
    ///
    /// # Errors
    /// Everything that is wrong with it, with file and line.
    pub fn load(settings: &Settings) -> Result<Policies, Vec<PolicyError>> {
        let bundle = RwLock::new(Arc::new(read(settings)?));
        let children = Children::of(settings.exe.clone(), settings.limits);
        let shared = Shared {
            settings: settings.clone(),
            bundle,
            reloads: watch::Sender::new(()),
            children,
        };
        Ok(Policies { shared: Arc::new(shared) })
    }

    /// Reads them again; what is asked from now on is asked of the new ones.
    ///
    /// # Errors
    /// As in [`Policies::load`]; then the old ones stay.
    pub fn reload(&self) -> Result<(), Vec<PolicyError>> {
        let new = Arc::new(read(&self.shared.settings)?);
        *self.shared.bundle.write().unwrap_or_else(PoisonError::into_inner) = new;
        self.shared.reloads.send_replace(());
        Ok(())
    }

    /// Changes whenever newer ones are in force.
    pub fn reloads(&self) -> watch::Receiver<()> {
        self.shared.reloads.subscribe()
    }

    /// What policy says at this point: of the packages that are called like it, and at `plan` of `main` too.
    ///
    /// An evaluation that fails is a decision too: it denies, and says what happened.
    pub async fn decide(&self, point: Point, input: &Value) -> Decision {
        let bundle = self.current();
        let asked = rules_at(&bundle, &namespaces_of(point));
        let Shared { settings, children, .. } = self.shared.as_ref();
        let answers = ask(&settings.evaluator, children, &bundle, &asked, input).await;
        let findings = match answers {
            Ok(answers) => {
                let found = findings::of(&bundle, &asked, &answers, settings.builtin_errors);
                found.into_iter().map(|found| found.finding).collect()
            }
            Err(why) => vec![failed(&why)],
        };
        let rules = asked.iter().filter(|rule| rule.kind != RuleKind::Exception).count();
        Decision { point, findings, rules, bundle: short(&bundle) }
    }

    /// The data of all files in one tree: teams, roles, approvers and whatever else is there.
    pub fn data(&self) -> Value {
        self.current().loadable.data.clone()
    }

    /// How many rules there are that say something, at all points.
    pub fn rules(&self) -> usize {
        let bundle = self.current();
        let all = Point::ALL.iter().map(|point| rules_at(&bundle, &namespaces_of(*point)));
        all.map(|rules| rules.iter().filter(|rule| rule.kind != RuleKind::Exception).count()).sum()
    }

    /// Whether there is a rule of this name (`deny_budget`) at a point.
    pub fn has_rule(&self, point: Point, name: &str) -> bool {
        let rules = rules_at(&self.current(), &namespaces_of(point));
        rules.iter().any(|rule| rule.name == name)
    }

    /// The first twelve characters of the digest of policies and data together.
    pub fn bundle(&self) -> String {
        short(&self.current())
    }

    fn current(&self) -> Arc<Bundle> {
        self.shared.bundle.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What decides in an installation.
fn read(settings: &Settings) -> Result<Bundle, Vec<PolicyError>> {
    Bundle::load(settings, Files::Policies)?.of_an_installation()
}

/// Asks for these rules, whoever evaluates.
pub(super) async fn ask(
    evaluator: &Evaluator,
    children: &Children,
    bundle: &Bundle,
    asked: &[RuleRef],
    input: &Value,
) -> Result<Answers, String> {
    if asked.is_empty() {
        return Ok(Answers { each: Vec::new(), broken: None });
    }
    if let Evaluator::Opa(program) = evaluator {
        return opa::ask(children, program, bundle, asked, input).await;
    }
    let question = Question { input: input.clone(), ask: Ask::Rules(asked.to_vec()) };
    match children.ask(bundle, &question).await? {
        Answer::Rules(answers) => complete(asked, answers),
        Answer::Failed(failure) => Err(failure.what),
        Answer::Query(_) | Answer::Tests(_) => Err("it answered another question".to_owned()),
    }
}

/// A rule without an answer has not allowed anything.
fn complete(asked: &[RuleRef], each: Vec<RuleAnswer>) -> Result<Answers, String> {
    let all = each.iter().map(|answer| answer.rule).eq(0..asked.len());
    match all {
        true => Ok(Answers { each, broken: None }),
        false => Err(format!("of {} rules it answered for {}", asked.len(), each.len())),
    }
}

/// The packages that are asked at a point.
pub fn namespaces_of(point: Point) -> Vec<String> {
    let own = point.as_str().to_owned();
    match point {
        Point::Plan => vec![own, "main".to_owned()],
        _ => vec![own],
    }
}

/// The deciding rules of these packages.
pub(super) fn rules_at(bundle: &Bundle, namespaces: &[String]) -> Vec<RuleRef> {
    let asked = bundle.rules.iter().filter(|rule| namespaces.contains(&rule.namespace()));
    asked.cloned().collect()
}

/// The finding of an evaluation that failed.
pub(super) fn failed(why: &str) -> Finding {
    let message = format!("the policies could not be evaluated: {why}");
    let fix = "try again; if it stays, whoever looks after the policies has to mend them";
    Finding { fix: Some(fix.to_owned()), ..Finding::new(FindingKind::Deny, ("", FAILED), message) }
}

/// The finding of rules of which one, nobody knows which, could not be evaluated to the end.
pub(super) fn broken(broken: &Broken) -> Finding {
    let what = &broken.what;
    Finding {
        place: broken.place.clone().unwrap_or_default(),
        message: format!("one of the rules could not be evaluated to the end: {what}"),
        fix: Some(findings::MEND.to_owned()),
        ..failed(what)
    }
}

fn short(bundle: &Bundle) -> String {
    bundle.digest.chars().take(12).collect()
}
