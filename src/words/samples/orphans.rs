//! Samples of what operators are told of orphans.

use crate::domain::notice::Notice;
use crate::domain::orphan::{ByHand, OrphanLine, SweptPlace};
use crate::domain::reply::{Orphans, Refusal, Reply, Told};
use crate::domain::{OrphanId, Span};

use super::facts::{NOW, hostile};
use super::{Kind, Sample};

pub fn all() -> Vec<Sample> {
    let told = |name: &str, orphans: Vec<OrphanLine>, more: usize| {
        let notice = Notice::Orphans { orphans, more };
        let public_url = "https://mayfly.example.com".to_owned();
        let told =
            Told { notice, facts: None, progress: None, approval: None, public_url, now: NOW };
        Sample::of(name, Kind::Notice(Box::new(told)))
    };
    let reply = |name: &str, reply| Sample::of(name, Kind::Reply(Box::new(reply)));
    let refused = |name: &str, refusal| Sample::of(name, Kind::Refusal(Box::new(refusal)));
    let by_hand = |why: &ByHand| OrphanLine { by_hand: Some(*why), ..usual() };
    let mut all = vec![
        told("minimal", vec![least()], 0),
        told("usual", vec![usual(), by_hand(&ByHand::NoAddress)], 0),
        told("maximal", vec![most(); 30], 900),
        reply("minimal", Reply::Orphans(Orphans::default())),
        reply(
            "usual",
            Reply::Orphans(Orphans { orphans: vec![usual()], more: 0, places: usual_places() }),
        ),
        reply(
            "maximal",
            Reply::Orphans(Orphans { orphans: vec![most(); 30], more: 900, places: long_places() }),
        ),
        reply("minimal", Reply::Adopted { orphan: least() }),
        reply("maximal", Reply::Adopted { orphan: most() }),
        Sample::of("minimal", Kind::Adopt(Box::new(least()))),
        Sample::of("maximal", Kind::Adopt(Box::new(most()))),
        refused("minimal", Refusal::UnknownOrphan),
        refused("maximal", Refusal::UnknownOrphan),
        refused(
            "maximal",
            Refusal::OrphanByHand { resource: hostile(3_000), why: ByHand::NoImport },
        ),
    ];
    for why in ByHand::ALL {
        let resource = usual().resource;
        let name = if *why == ByHand::NoEnvironment { "minimal" } else { why.as_str() };
        all.push(refused(name, Refusal::OrphanByHand { resource, why: *why }));
    }
    all
}

fn usual() -> OrphanLine {
    OrphanLine {
        id: OrphanId("orp_0123456789abcdef0123".into()),
        resource: "arn:aws:s3:::s3-bucket-calm-otter-1a2b3c4d5e".into(),
        kind: Some("aws_s3_bucket".into()),
        environment: Some("s3-bucket-calm-otter".into()),
        first_seen: NOW - Span::hours(1),
        by_hand: None,
    }
}

fn least() -> OrphanLine {
    OrphanLine { kind: None, environment: None, by_hand: Some(ByHand::NoEnvironment), ..usual() }
}

fn most() -> OrphanLine {
    OrphanLine {
        resource: hostile(2_048),
        kind: Some(hostile(400)),
        environment: Some(hostile(400)),
        ..usual()
    }
}

fn usual_places() -> Vec<SweptPlace> {
    let place = |what: &str, at, error: Option<&str>| SweptPlace {
        what: what.into(),
        at,
        error: error.map(str::to_owned),
    };
    vec![
        place("AWS in eu-central-1", Some(NOW - Span::minutes(20)), None),
        place("preview sites", None, None),
        place("template queue", Some(NOW - Span::days(2)), Some("It was denied.")),
        place("template topic", None, Some("It was denied.")),
    ]
}

fn long_places() -> Vec<SweptPlace> {
    let place = SweptPlace { what: hostile(500), at: Some(NOW), error: Some(hostile(900)) };
    vec![place; 40]
}
