//! Samples of questions for approval.

use crate::domain::approval::{
    Answer, Answered, ApprovalFacts, ApprovalStatus, PricedFor, Question, Requirement,
};
use crate::domain::decision::{Finding, Level};
use crate::domain::environment::Status;
use crate::domain::facts::EnvironmentFacts;
use crate::domain::notice::Notice;
use crate::domain::reply::{Refusal, Reply, Told};
use crate::domain::{ApprovalId, EnvironmentId, RunId, Span};

use super::costs::{most_priced, priced};
use super::facts::{NOW, hostile, least, most, other, person, usual};
use super::policy::{region, rules};
use super::{Kind, Sample};

pub fn all() -> Vec<Sample> {
    [notices(), refusals(), comments()].into_iter().flatten().collect()
}

fn requirement() -> Requirement {
    Requirement {
        rule: "plan.approval_cost".into(),
        place: "plan/cost.rego:22".into(),
        message: "It costs $9.84, and above $5.00 somebody has to approve.".into(),
        approvers: vec!["role:lead".into()],
        needed: 1,
        by_requester: false,
        overrides: false,
    }
}

fn override_wanted() -> Requirement {
    Requirement {
        rule: "plan.deny_region".into(),
        place: "plan/regions.rego:14".into(),
        message: "us-west-2 is not among the regions of payments.".into(),
        approvers: vec!["group:S0123456789".into(), "user:U2".into()],
        needed: 2,
        overrides: true,
        ..requirement()
    }
}

/// The least that is asked.
fn asked(status: ApprovalStatus) -> ApprovalFacts {
    let decided = status != ApprovalStatus::Pending;
    ApprovalFacts {
        id: ApprovalId("apr_0123456789abcdef0123".into()),
        environment: EnvironmentId("env_0123456789abcdef0123".into()),
        run: RunId("run_0123456789abcdef0123".into()),
        status,
        question: Question {
            requester: person(),
            requirements: vec![requirement()],
            inputs: Vec::new(),
            plan: "+3 ~0 -0".into(),
            estimate: None,
            over_budget: false,
            reason: None,
        },
        answers: Vec::new(),
        asked_at: NOW - Span::hours(5),
        expires_at: NOW + Span::hours(3),
        decided_at: decided.then_some(NOW),
    }
}

/// What is asked on most days, with the answers that came.
pub fn usually(status: ApprovalStatus, answers: Vec<Answered>) -> ApprovalFacts {
    let facts = asked(status);
    let input = |label: &str, value: &str| (label.to_owned(), value.to_owned());
    let question = Question {
        requirements: vec![requirement(), override_wanted()],
        inputs: vec![input("Branch", "feature/login"), input("Size", "Large")],
        estimate: Some(priced()),
        reason: Some("The load test of the release is tomorrow.".into()),
        ..facts.question.clone()
    };
    ApprovalFacts { question, answers, ..facts }
}

pub fn most_asked(status: ApprovalStatus) -> ApprovalFacts {
    let requirement = Requirement {
        rule: hostile(300),
        place: hostile(300),
        message: hostile(3_000),
        approvers: (0..30).map(|n| format!("team:{n}{}", hostile(200))).collect(),
        needed: 9_999,
        by_requester: true,
        overrides: true,
    };
    let said =
        Answered { comment: Some(hostile(3_000)), ..answered("W0123456789ABCDEF", Answer::Deny) };
    ApprovalFacts {
        question: Question {
            requester: other(),
            requirements: vec![requirement; 20],
            inputs: vec![(hostile(300), hostile(3_000)); 60],
            plan: hostile(300),
            estimate: Some(most_priced()),
            over_budget: true,
            reason: Some(hostile(3_000)),
        },
        answers: vec![said; 40],
        ..asked(status)
    }
}

fn answered(by: &str, answer: Answer) -> Answered {
    let by = crate::domain::Person { user: by.into(), ..person() };
    Answered { by, answer, comment: None, at: NOW - Span::minutes(20) }
}

pub fn denied() -> ApprovalFacts {
    let comment = Some("A smaller instance is enough for this.".into());
    let no = Answered { comment, ..answered("U3", Answer::Deny) };
    usually(ApprovalStatus::Denied, vec![answered("U2", Answer::Approve), no])
}

pub fn approved() -> ApprovalFacts {
    let answers = vec![answered("U2", Answer::Approve), answered("U3", Answer::Approve)];
    usually(ApprovalStatus::Approved, answers)
}

/// In every state, with what was answered until then.
fn states() -> Vec<(&'static str, ApprovalFacts)> {
    let once = vec![answered("U2", Answer::Approve)];
    let over = ApprovalFacts {
        question: Question {
            over_budget: true,
            ..usually(ApprovalStatus::Pending, Vec::new()).question
        },
        ..asked(ApprovalStatus::Pending)
    };
    let own = answered(&over.question.requester.user, Answer::Approve);
    let by_oneself = ApprovalFacts { answers: vec![own], ..over.clone() };
    let unknown = PricedFor { priced: 0, budget: None, ..priced() };
    let alone = asked(ApprovalStatus::Pending);
    let question = Question {
        requirements: vec![override_wanted()],
        estimate: Some(unknown),
        ..alone.question.clone()
    };
    let unpriced = ApprovalFacts { question, ..alone };
    let of = |findings: Vec<Finding>| {
        let pending = usually(ApprovalStatus::Pending, Vec::new());
        let requirements = findings.iter().filter_map(Requirement::of).collect();
        ApprovalFacts { question: Question { requirements, ..pending.question.clone() }, ..pending }
    };
    let one_rule = Finding { level: Level::Overridable, ..region() };
    vec![
        ("one-rule", of(vec![one_rule; 30])),
        ("many-rules", of(rules(12))),
        ("minimal", asked(ApprovalStatus::Pending)),
        ("usual", usually(ApprovalStatus::Pending, once)),
        ("over-budget", over),
        ("over-budget-by-oneself", by_oneself),
        ("unpriced", unpriced),
        ("approved", approved()),
        ("denied", denied()),
        ("expired", usually(ApprovalStatus::Expired, Vec::new())),
        ("withdrawn", usually(ApprovalStatus::Withdrawn, Vec::new())),
        ("maximal", most_asked(ApprovalStatus::Pending)),
        ("maximal-denied", most_asked(ApprovalStatus::Denied)),
    ]
}

/// With facts as long as the sample's name says.
pub fn told(name: &str, notice: Notice, approval: Option<ApprovalFacts>) -> Sample {
    let facts = match name.starts_with("maximal") {
        true => most(Status::Provisioning),
        false => EnvironmentFacts { team: usual().team, ..least(Status::Provisioning) },
    };
    let public_url = "https://mayfly.example.com".into();
    let told = Told { notice, facts: Some(facts), progress: None, approval, public_url, now: NOW };
    Sample::of(name, Kind::Notice(Box::new(told)))
}

fn notices() -> Vec<Sample> {
    let mut all = Vec::new();
    for (name, asked) in states() {
        let id = || asked.id.clone();
        for notice in [
            Notice::Question { approval: id() },
            Notice::Awaiting { approval: id() },
            Notice::Answered { approval: id() },
            Notice::Reminder { approval: id() },
        ] {
            all.push(told(name, notice, Some(asked.clone())));
        }
        // Of the others nobody has just answered.
        if !asked.answers.is_empty() || name == "minimal" {
            let facts = least(Status::Provisioning);
            let reply = Reply::Answered { facts, approval: asked };
            all.push(Sample::of(name, Kind::Reply(Box::new(reply))));
        }
    }
    all
}

fn refusals() -> Vec<Sample> {
    let name = || "preview-env-calm-otter".to_owned();
    let over = |approval| Refusal::ApprovalOver { name: name(), approval: Box::new(approval) };
    let not = |own, approvers: &[&str]| Refusal::NotAnApprover {
        own,
        approvers: approvers.iter().map(|one| (*one).to_owned()).collect(),
    };
    let mut all = vec![
        ("minimal", Refusal::UnknownApproval),
        ("maximal", Refusal::UnknownApproval),
        ("minimal", not(false, &[])),
        ("own", not(true, &["role:lead"])),
        ("others", not(false, &["role:lead", "team:platform", "user:U2"])),
        ("minimal", over(approved())),
        ("denied", over(denied())),
        ("expired", over(usually(ApprovalStatus::Expired, Vec::new()))),
        ("withdrawn", over(usually(ApprovalStatus::Withdrawn, Vec::new()))),
        (
            "maximal",
            Refusal::ApprovalOver {
                name: hostile(4_000),
                approval: Box::new(most_asked(ApprovalStatus::Denied)),
            },
        ),
        (
            "minimal",
            Refusal::BudgetTaken { name: name(), team: "payments".into(), is_asked_again: true },
        ),
        (
            "no-team",
            Refusal::BudgetTaken { name: name(), team: String::new(), is_asked_again: false },
        ),
        (
            "maximal",
            Refusal::BudgetTaken {
                name: hostile(4_000),
                team: hostile(4_000),
                is_asked_again: true,
            },
        ),
    ];
    let approvers = (0..40).map(|n| format!("user:{n}{}", hostile(300))).collect();
    all.push(("maximal", Refusal::NotAnApprover { own: false, approvers }));
    all.into_iter()
        .map(|(name, refusal)| Sample::of(name, Kind::Refusal(Box::new(refusal))))
        .collect()
}

fn comments() -> Vec<Sample> {
    let comment = |name: &str, facts, asked, answer| {
        Sample::of(name, Kind::Comment(Box::new(facts), Box::new(asked), answer))
    };
    let pending = || usually(ApprovalStatus::Pending, Vec::new());
    vec![
        comment("minimal", usual(), asked(ApprovalStatus::Pending), Answer::Approve),
        comment("override", usual(), pending(), Answer::Approve),
        comment("deny", usual(), pending(), Answer::Deny),
        comment(
            "maximal",
            most(Status::Ready),
            most_asked(ApprovalStatus::Pending),
            Answer::Approve,
        ),
    ]
}
