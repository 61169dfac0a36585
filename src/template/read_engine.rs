//! What a manifest says of its engine.

use super::EngineKind;
use super::constraint;
use super::problem::{Place, Problems};
use super::section::Section;
use super::yaml::{Data, Fractions, Node};

pub(super) const ENGINES: [(&str, EngineKind); 4] = [
    ("terraform", EngineKind::Terraform),
    ("tofu", EngineKind::Tofu),
    ("opentofu", EngineKind::Tofu),
    ("pulumi", EngineKind::Pulumi),
];

/// The engine alone, which decides what source there is to read.
pub(super) fn engine(document: &Node) -> Option<EngineKind> {
    let Data::Map(entries) = &document.data else { return None };
    let (_, _, node) = entries.iter().find(|(key, _, _)| key == "engine")?;
    let word = node.scalar(Fractions::Refused)?;
    ENGINES.into_iter().find(|(known, _)| *known == word).map(|(_, engine)| engine)
}

/// Which versions of it serve.
pub(super) fn engine_version(
    section: &mut Section<'_>,
    problems: &mut Problems,
) -> Option<(semver::VersionReq, Place)> {
    let (text, place) = section.text("engine_version", problems)?;
    match constraint::parse(text) {
        Ok(wanted) => Some((wanted, place)),
        Err(why) => {
            let hint = "Write for example \">= 1.5, < 2\" or \"~> 1.5\".";
            problems.error(&place, format!("`engine_version`: {why}"), hint);
            None
        }
    }
}

/// Only OpenTofu leaves the choice: Terraform cannot, and Pulumi always encrypts what is secret.
pub(super) fn encrypt_state(
    section: &mut Section<'_>,
    engine: Option<EngineKind>,
    problems: &mut Problems,
) -> bool {
    let place = section.get("encrypt_state").map(|node| node.place.clone());
    let wanted = section.boolean("encrypt_state", problems).unwrap_or(false);
    let (true, Some(EngineKind::Terraform), Some(place)) = (wanted, engine, place) else {
        return wanted;
    };
    let message = "`encrypt_state`: Terraform cannot encrypt its state";
    problems.error(&place, message, "Write `engine: tofu`: OpenTofu can.");
    wanted
}
