//! What a manifest says of how its resources are looked for by their tag.

use super::Sweep;
use super::problem::Problems;
use super::section::Section;
use super::yaml::{Data, Fractions};

const HINT: &str = "Write `sweep: aws`, or `sweep: {command: [sh, sweep.sh]}` with a program of the template's own.";

pub(super) fn sweep(section: &mut Section<'_>, problems: &mut Problems) -> Option<Sweep> {
    let node = section.get("sweep")?;
    if let Data::Map(_) = &node.data {
        let mut given = Section::of("sweep", node, problems)?;
        let command = command(&mut given, problems);
        given.finish(problems);
        return command.map(Sweep::Command);
    }
    match node.scalar(Fractions::Refused).as_deref() {
        Some("aws") => return Some(Sweep::Aws),
        Some(other) => {
            problems.error(&node.place, format!("`sweep`: `{other}` is not known"), HINT)
        }
        None => {
            let message = format!("`sweep` is {}, and a word or a mapping is wanted", node.what());
            problems.error(&node.place, message, HINT);
        }
    }
    None
}

/// The program and its arguments.
fn command(given: &mut Section<'_>, problems: &mut Problems) -> Option<Vec<String>> {
    if given.get("command").is_none() {
        problems.error(&given.place, "`sweep.command` is missing", HINT);
        return None;
    }
    let items = given.list("command", problems)?;
    let mut words = Vec::new();
    for item in items {
        match item.scalar(Fractions::Refused).filter(|word| !word.contains('\0')) {
            Some(word) => words.push(word),
            None => {
                let message = format!("`sweep.command` has {} in it", item.what());
                problems.error(&item.place, message, "Write each argument as text, in quotes.");
                return None;
            }
        }
    }
    if words.first().is_none_or(|program| program.trim().is_empty()) {
        problems.error(&given.place, "`sweep.command` names no program", HINT);
        return None;
    }
    Some(words)
}
