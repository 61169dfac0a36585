//! Version constraints, as Terraform and as Cargo write them.

use semver::{Comparator, Op, Version, VersionReq};

/// Reads a constraint in Terraform's way (`~> 1.5, < 2`) or in Cargo's.
///
/// A bare version means exactly that one, as in Terraform. `!=` has no counterpart: one version fewer is
/// left to the engine to refuse.
pub(super) fn parse(text: &str) -> Result<VersionReq, String> {
    let mut parts = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        if part.starts_with("!=") {
            continue;
        }
        if let Some(version) = part.strip_prefix("~>") {
            parts.extend(pessimistic(version.trim()).ok_or_else(|| wrong(text))?);
            continue;
        }
        let bare = part.starts_with(|c: char| c.is_ascii_digit());
        parts.push(if bare { format!("={part}") } else { part.to_owned() });
    }
    VersionReq::parse(&parts.join(", ")).map_err(|_| wrong(text))
}

/// Whether some version meets both.
pub(super) fn agree(one: &VersionReq, other: &VersionReq) -> bool {
    // Both are made of intervals, so that a common version, if there is any, also is at the lower end of
    // one of them, or just above it.
    let ends = one.comparators.iter().chain(&other.comparators).flat_map(lower_ends);
    ends.chain([Version::new(0, 0, 0)])
        .any(|version| one.matches(&version) && other.matches(&version))
}

fn wrong(text: &str) -> String {
    format!("`{text}` is not a version constraint")
}

/// `~> 1.5` lets the last part that is written grow.
fn pessimistic(version: &str) -> Option<[String; 2]> {
    let parts: Vec<u64> =
        version.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    match parts.as_slice() {
        [major] => Some([format!(">={major}"), format!("<{}", major.checked_add(1)?)]),
        [major, minor] => {
            Some([format!(">={major}.{minor}"), format!("<{}", major.checked_add(1)?)])
        }
        [major, minor, patch] => Some([
            format!(">={major}.{minor}.{patch}"),
            format!("<{major}.{}", minor.checked_add(1)?),
        ]),
        _ => None,
    }
}

fn lower_ends(comparator: &Comparator) -> Vec<Version> {
    let Comparator { op, major, minor, patch, .. } = comparator;
    let at = Version::new(*major, minor.unwrap_or(0), patch.unwrap_or(0));
    let above = match (minor, patch) {
        (None, _) => Version::new(major.saturating_add(1), 0, 0),
        (Some(minor), None) => Version::new(*major, minor.saturating_add(1), 0),
        (Some(minor), Some(patch)) => Version::new(*major, *minor, patch.saturating_add(1)),
    };
    if *op == Op::Greater { vec![above] } else { vec![at] }
}
