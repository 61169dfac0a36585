//! `options:` of a choice.

use super::problem::{Place, Problems};
use super::section::Section;
use super::yaml::{Data, Fractions, Node};
use super::{Choice, InputKind};

/// The options that are written, or those of the variable's validation.
pub(super) fn options(
    base: Option<&InputKind>,
    section: &mut Section<'_>,
    problems: &mut Problems,
) -> Option<Vec<Choice>> {
    let of_base = base.map(|base| base.options().to_vec()).filter(|options| !options.is_empty());
    let Some(items) = section.list("options", problems) else {
        if of_base.is_none() {
            let message = format!("`{}` is missing", section.path("options"));
            problems.error(&section.place, message, "Write them as `options: [small, large]`.");
        }
        return of_base;
    };
    let path = section.path("options");
    let mut options: Vec<Choice> = Vec::new();
    for item in items {
        let Some(option) = option(&path, item, problems) else { continue };
        if options.iter().any(|other| other.value == option.value) {
            let message = format!("`{path}` has `{}` twice", option.value);
            problems.error(&item.place, message, "Take one of them out.");
            continue;
        }
        if let Some(base) = &of_base
            && !base.iter().any(|other| other.value == option.value)
        {
            let message = format!("`{path}`: the variable's validation refuses `{}`", option.value);
            problems.error(&item.place, message, "Offer only what the source allows.");
        }
        options.push(option);
    }
    if items.is_empty() {
        problems.error(&section.place, format!("`{path}` is empty"), "Offer at least one option.");
    }
    (!options.is_empty()).then_some(options)
}

fn option(path: &str, item: &Node, problems: &mut Problems) -> Option<Choice> {
    let (value, label) = if let Data::Map(_) = &item.data {
        let mut section = Section::of(path, item, problems)?;
        let value = section.get("value").and_then(|node| node.scalar(Fractions::Refused));
        let label = section.short("label", 75, problems);
        section.finish(problems);
        (value, label)
    } else {
        (item.scalar(Fractions::Refused), None)
    };
    let Some(value) = value.filter(|value| !value.trim().is_empty()) else {
        let hint = "Write text in quotes, or `{value: …, label: …}`.";
        problems.error(&item.place, format!("`{path}` has an option without a value"), hint);
        return None;
    };
    let label = label.unwrap_or_else(|| value.clone());
    too_long(path, &value, 150, &item.place, problems);
    too_long(path, &label, 75, &item.place, problems);
    Some(Choice { value, label })
}

fn too_long(path: &str, text: &str, most: usize, place: &Place, problems: &mut Problems) {
    let n = text.chars().count();
    if n > most {
        let message = format!("`{path}`: `{text}` has {n} characters");
        let hint = format!(
            "Slack takes at most {most}: write `{{value: …, label: …}}` with a short label."
        );
        problems.error(place, message, hint);
    }
}
