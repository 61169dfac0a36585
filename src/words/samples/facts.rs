//! What samples are made of.

use crate::domain::environment::{EndReason, Status};
use crate::domain::facts::{EnvironmentFacts, ShownOutput};
use crate::domain::reply::TemplateLine;
use crate::domain::ttl::{Lifetime, TtlRules};
use crate::domain::{EngineKind, EnvironmentId, Lack, Person, Span, Timestamp, Unavailable};

use super::costs::most_cost;

/// 2030-01-04 09:00 UTC, a Friday.
pub const NOW: Timestamp = Timestamp(1_893_747_600_000);

/// What somebody types to break a message: calls to all, marks, quotes, control characters.
pub const HOSTILE: &str =
    "<!channel> & <@U0> @here \"quotes\" \\ ``` *bold* _x_ \n\t> end</script>{{x}} ä🦋";

/// Hostile text of at least that many characters.
pub fn hostile(characters: usize) -> String {
    HOSTILE.repeat(characters / HOSTILE.chars().count() + 1)
}

pub fn person() -> Person {
    Person { workspace: "T1".into(), user: "U1".into() }
}

/// With the longest ids that Slack gives.
pub fn other() -> Person {
    Person { workspace: "T0123456789A".into(), user: "W0123456789ABCDEF".into() }
}

pub fn rules() -> TtlRules {
    TtlRules {
        default: Span::hours(4),
        maximum: Span::hours(24),
        grace: Span::minutes(15),
        warnings: vec![Span::hours(1)],
        extensions: vec![Span::hours(4), Span::hours(12)],
    }
}

/// Every reason for which one ends, with its sample's name.
pub fn reasons() -> [(EndReason, &'static str); 9] {
    let gone = |by| EndReason::MarkedGone { by, why: "Its account is closed.".into() };
    let orphan = |by| EndReason::Orphan { by, resource: "arn:aws:s3:::calm-otter".into() };
    [
        (EndReason::Expired, "expired"),
        (EndReason::ExpiredUnwarned, "expired-unwarned"),
        (EndReason::Asked { by: person() }, "asked"),
        (EndReason::CreateFailed { why: "The name is taken.".into() }, "create-failed"),
        (EndReason::CreateCancelled { by: other() }, "create-cancelled"),
        (gone(Some(other())), "marked-gone"),
        (gone(None), "marked-gone-at-the-console"),
        (orphan(Some(other())), "orphan"),
        (orphan(None), "orphan-at-the-console"),
    ]
}

/// The least that an environment in that state has.
pub fn least(status: Status) -> EnvironmentFacts {
    let alive = matches!(status, Status::Ready | Status::Updating);
    let ready_at = NOW - Span::hours(1);
    let life = Lifetime::start(ready_at, Span::hours(4), &rules());
    EnvironmentFacts {
        id: EnvironmentId("env_0123456789abcdef0123".into()),
        name: "preview-env-calm-otter".into(),
        template: "preview-env".into(),
        template_title: "Preview environment".into(),
        version: "3f9a1c0b7d2e".into(),
        owner: person(),
        team: None,
        status,
        created_at: NOW - Span::minutes(62),
        lifetime: alive.then_some(life),
        rules: rules(),
        outputs: Vec::new(),
        has_credentials: false,
        end_reason: None,
        ended_at: (status == Status::Destroyed).then_some(NOW),
        made_by: None,
        cost: None,
    }
}

/// All that an environment in that state can have, and longer than it can be.
pub fn most(status: Status) -> EnvironmentFacts {
    let output = |n: usize| ShownOutput {
        name: format!("output_{n}"),
        label: format!("{n} {}", hostile(200)),
        value: if n.is_multiple_of(2) {
            format!("https://preview.example.com/{n}?a=1&b=<2>|{}", "x".repeat(2_900))
                .replace(['<', '>'], "%")
        } else {
            hostile(900)
        },
        link: n.is_multiple_of(2),
    };
    let rules = TtlRules {
        maximum: Span::days(3650),
        extensions: (1..=6).map(|n| Span::hours(25 * n) + Span::seconds(61)).collect(),
        ..rules()
    };
    let ended = matches!(status, Status::Destroyed);
    EnvironmentFacts {
        name: format!("{}-plucky-squirrel-9999", "long".repeat(60)),
        template: "long".repeat(60),
        template_title: hostile(300),
        owner: other(),
        team: Some(hostile(200)),
        lifetime: (!ended).then(|| Lifetime::start(NOW - Span::hours(30), Span::days(3), &rules)),
        cost: Some(most_cost(&rules.extensions)),
        rules,
        outputs: (0..16).map(output).collect(),
        has_credentials: true,
        end_reason: Some(EndReason::CreateFailed { why: hostile(900) }),
        ended_at: ended.then_some(NOW),
        made_by: Some(hostile(200)),
        ..least(status)
    }
}

/// The same for a list of many, where drawing all of each would only take time.
pub fn one_of_many(status: Status) -> EnvironmentFacts {
    let mut facts = most(status);
    facts.outputs.truncate(3);
    facts
}

/// Ready, with what the preview template gives.
pub fn usual() -> EnvironmentFacts {
    let output = |label: &str, value: &str, link| ShownOutput {
        name: label.to_lowercase(),
        label: label.into(),
        value: value.into(),
        link,
    };
    EnvironmentFacts {
        team: Some("payments".into()),
        outputs: vec![
            output("Site", "https://preview.example.com/calm-otter/", true),
            output("Branch", "feature/login", false),
        ],
        has_credentials: true,
        made_by: Some("tofu 1.12.6".into()),
        ..least(Status::Ready)
    }
}

/// Ready, and at its maximum.
pub fn full() -> EnvironmentFacts {
    let mut facts = usual();
    facts.lifetime = Some(Lifetime::start(NOW - Span::hours(23), Span::hours(24), &rules()));
    facts
}

pub fn template() -> TemplateLine {
    TemplateLine {
        name: "preview-env".into(),
        title: "Preview environment".into(),
        description: "A site of a branch, behind a password.".into(),
        default_ttl: Span::hours(4),
        maximum_ttl: Span::hours(24),
        unavailable: None,
    }
}

/// A template for each thing that can be missing.
pub fn unavailable() -> Vec<TemplateLine> {
    let found = vec!["tofu 1.6.0".to_owned()];
    let lacks = [
        Lack::Engine { why: None },
        Lack::Engine { why: Some("it does not answer".into()) },
        Lack::Version { wanted: ">=1.9, <2".into(), found },
        Lack::Plugin { name: "command".into() },
    ];
    let kinds = EngineKind::ALL.iter().cycle();
    let line = |(lack, kind): (Lack, &EngineKind)| TemplateLine {
        unavailable: Some(lacking(*kind, lack)),
        ..template()
    };
    lacks.into_iter().zip(kinds).map(line).collect()
}

pub fn lacking(engine: EngineKind, lack: Lack) -> Unavailable {
    let cure = (!matches!(lack, Lack::Engine { why: Some(_) }))
        .then(|| format!("mayfly engines install {engine}@1.12.6"));
    Unavailable { engine, lack, cure }
}

/// With longer words than there can be.
pub fn most_lacking() -> Unavailable {
    let lack = Lack::Version { wanted: hostile(900), found: vec![hostile(900); 30] };
    Unavailable { cure: Some(hostile(900)), ..lacking(EngineKind::Tofu, lack) }
}

pub fn templates(count: usize) -> Vec<TemplateLine> {
    let long = |n: usize| TemplateLine {
        name: format!("{}-{n}", "long".repeat(20)),
        title: hostile(200),
        description: hostile(900),
        default_ttl: Span::days(9) + Span::seconds(86_399),
        maximum_ttl: Span::days(3650),
        unavailable: n.is_multiple_of(2).then(most_lacking),
    };
    (0..count).map(long).collect()
}
