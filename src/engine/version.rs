//! Versions of engines, and what templates ask of them.

use semver::{Version, VersionReq};

/// Whether a version is within a requirement; a development build counts as the release that it
/// leads to, for engines built from source call themselves `1.12.6-dev`.
pub fn satisfies(requirement: &VersionReq, version: &Version) -> bool {
    requirement.matches(&released(version))
}

pub(super) fn released(version: &Version) -> Version {
    Version::new(version.major, version.minor, version.patch)
}

/// Whether a version is within Terraform's `required_version`; `None` when that is no constraint.
pub(super) fn within(constraint: &str, version: &Version) -> Option<bool> {
    let version = released(version);
    let mut all = true;
    for part in constraint.split(',').map(str::trim) {
        let digits = part.find(|c: char| c.is_ascii_digit())?;
        let (operator, number) = part.split_at(digits);
        let core = number.split(['-', '+']).next()?;
        let numbers: Vec<u64> =
            core.split('.').map(|n| n.parse().ok()).collect::<Option<Vec<u64>>>()?;
        let at = |i: usize| numbers.get(i).copied().unwrap_or(0);
        let bound = Version::new(at(0), at(1), at(2));
        all &= match operator.trim() {
            "" | "=" => version == bound,
            "!=" => version != bound,
            ">" => version > bound,
            ">=" => version >= bound,
            "<" => version < bound,
            "<=" => version <= bound,
            // The last number given may grow: ~> 1.2 is below 2.0, ~> 1.2.3 below 1.3.
            "~>" => {
                let next = match numbers.len() {
                    1 => Version::new(u64::MAX, 0, 0),
                    2 => Version::new(at(0) + 1, 0, 0),
                    _ => Version::new(at(0), at(1) + 1, 0),
                };
                version >= bound && version < next
            }
            _ => return None,
        };
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_development_build_satisfies_what_its_release_would() {
        let requirement = VersionReq::parse(">=1.6, <2").unwrap();
        assert!(satisfies(&requirement, &Version::parse("1.12.6-dev").unwrap()));
        assert!(!satisfies(&requirement, &Version::parse("1.5.7").unwrap()));
    }

    #[test]
    fn terraforms_constraints_are_understood() {
        let v = Version::parse("1.12.6").unwrap();
        for (constraint, fits) in [
            (">= 1.5", Some(true)),
            (">= 1.5, < 1.12", Some(false)),
            ("~> 1.5", Some(true)),
            ("~> 1.11.0", Some(false)),
            ("~> 1.12.0", Some(true)),
            ("~>1", Some(true)),
            ("1.12.6", Some(true)),
            ("= 1.12.6, != 1.12.6", Some(false)),
            ("> 1.12.6", Some(false)),
            ("<= 1.12.6", Some(true)),
            ("", None),
            ("latest", None),
            ("=> 1.0", None),
            (">= 1.x", None),
        ] {
            assert_eq!(within(constraint, &v), fits, "{constraint}");
        }
    }
}
