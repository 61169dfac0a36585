//! Everything that a person can be shown, drawn from all samples: checked, written to a folder for the
//! checker in `tests/slackblocks`, and kept as snapshots for whoever reviews the words.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::{Value, json};

use super::draw::{Drawn, draw, template_of};
use super::press::Press;
use super::samples::{self, Sample};
use super::*;

fn press() -> Press {
    Press::builtin().unwrap_or_else(|wrong| panic!("{}", told(&wrong)))
}

fn told(wrong: &[WordsError]) -> String {
    wrong.iter().map(|error| format!("{error}\n")).collect()
}

fn name_of(sample: &Sample) -> String {
    format!("{}.{}", template_of(&sample.page()), sample.name)
}

#[test]
fn every_sample_is_what_slack_takes() {
    let wrong = draw::try_all(&press());
    assert!(wrong.is_empty(), "{}", told(&wrong));
}

#[test]
fn every_template_has_a_minimal_and_a_maximal_sample() {
    let press = press();
    let mut sampled: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for sample in samples::all() {
        sampled.entry(template_of(&sample.page())).or_default().insert(sample.name.clone());
    }
    for name in press.names().filter(|name| !name.starts_with('_') && *name != "refusal") {
        let names = sampled.remove(name).unwrap_or_default();
        for wanted in ["minimal", "maximal"] {
            assert!(names.iter().any(|n| n.starts_with(wanted)), "{name}.hbs has no {wanted} sample");
        }
    }
    assert!(sampled.is_empty(), "there is no template for {sampled:?}");
}
