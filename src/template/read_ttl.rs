//! `ttl:` and what has to hold among its parts.

use crate::domain::Span;

use super::TtlRules;
use super::problem::{Place, Problems};
use super::section::Section;

/// What passes between warning and reaping unless the template says otherwise.
const GRACE: Span = Span::minutes(15);
/// When people are warned unless the template says otherwise, as far as the default leaves room.
const WARNINGS: [Span; 2] = [Span::hours(1), Span::minutes(15)];

/// Reads and checks it; `section` is the whole manifest.
pub(super) fn read(section: &mut Section<'_>, problems: &mut Problems) -> Option<TtlRules> {
    let Some(mut ttl) = section.section("ttl", problems) else {
        if section.get("ttl").is_none() {
            let hint = "Add `ttl: {default: 4h, maximum: 3d}`: nothing lives for ever here.";
            problems.error(&section.place, "`ttl` is missing", hint);
        }
        return None;
    };
    let place = ttl.place.clone();
    let (default, maximum) = (ttl.span("default", problems), ttl.span("maximum", problems));
    let grace = ttl.span("grace", problems);
    let warnings = ttl.spans("warnings", problems);
    let extensions = ttl.spans("extensions", problems);
    for (key, there) in [("default", ttl.get("default")), ("maximum", ttl.get("maximum"))] {
        if there.is_none() {
            let hint = format!("Add a line such as `{key}: 4h`.");
            problems.error(&place, format!("`ttl.{key}` is missing"), hint);
        }
    }
    ttl.finish(problems);
    let (default, maximum) = (default?, maximum?);
    let mut wrong = |message: String, hint: &str| problems.error(&place, message, hint);
    if default == Span::ZERO {
        wrong("`ttl.default` is nothing".into(), "An environment has to live for a while.");
    }
    if default > maximum {
        let message = format!("`ttl.default` is {default} and above `ttl.maximum`, {maximum}");
        wrong(message, "Lower the default or raise the maximum.");
    }
    let grace = grace.unwrap_or(GRACE);
    if grace == Span::ZERO {
        let hint = "Leave people some minutes to answer a warning.";
        wrong("`ttl.grace` is nothing".into(), hint);
    }
    let warnings = match warnings {
        Some(given) => checked_warnings(given, default, problems),
        None => WARNINGS.into_iter().filter(|warning| *warning < default).collect(),
    };
    let extensions = match extensions {
        Some(given) => checked_extensions(given, maximum, &place, problems),
        None => vec![default],
    };
    Some(TtlRules { default, maximum, grace, warnings, extensions })
}

fn checked_warnings(
    given: Vec<(Span, Place)>,
    default: Span,
    problems: &mut Problems,
) -> Vec<Span> {
    let mut warnings = Vec::new();
    for (warning, place) in given {
        if warning == Span::ZERO || warning >= default {
            let message =
                format!("`ttl.warnings`: {warning} is not within `ttl.default`, {default}");
            problems.error(&place, message, "Warn after the beginning and before the end.");
        }
        warnings.push(warning);
    }
    warnings.sort_by(|a, b| b.cmp(a));
    warnings.dedup();
    warnings
}

fn checked_extensions(
    given: Vec<(Span, Place)>,
    maximum: Span,
    place: &Place,
    problems: &mut Problems,
) -> Vec<Span> {
    let mut extensions = Vec::new();
    for (extension, place) in given {
        if extension == Span::ZERO || extension > maximum {
            let message =
                format!("`ttl.extensions`: {extension} is not within `ttl.maximum`, {maximum}");
            problems.error(&place, message, "Offer steps that can be taken.");
        }
        if !extensions.contains(&extension) {
            extensions.push(extension);
        }
    }
    if extensions.len() > TtlRules::MOST_EXTENSIONS {
        let message = format!("`ttl.extensions` has {} steps", extensions.len());
        let hint = format!("A warning shows at most {} buttons.", TtlRules::MOST_EXTENSIONS);
        problems.error(place, message, hint);
    }
    extensions.sort();
    extensions
}
