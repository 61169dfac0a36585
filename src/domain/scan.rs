//! What becomes of what a plan scanner finds: by how grave it calls it, or by the check itself.

use std::collections::BTreeMap;

use super::text_enum::text_enum;

text_enum! {
    /// How grave a scanner calls what it found.
    Severity {
        Critical = "critical",
        High = "high",
        Medium = "medium",
        Low = "low",
        /// It does not say, as checkov without a platform behind it.
        Unknown = "unknown",
    }
}

text_enum! {
    /// What becomes of what was found.
    Weight { Deny = "deny", Warn = "warn", Ignore = "ignore" }
}

/// Which weight everything has that a scanner finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weighing {
    severities: BTreeMap<Severity, Weight>,
    /// Goes before the severity.
    checks: BTreeMap<String, Weight>,
}

impl Default for Weighing {
    /// What is grave denies, what is light is left out, and of everything else people are warned.
    fn default() -> Weighing {
        let weight = |severity: &Severity| match severity {
            Severity::Critical | Severity::High => Weight::Deny,
            Severity::Medium | Severity::Unknown => Weight::Warn,
            Severity::Low => Weight::Ignore,
        };
        let severities = Severity::ALL.iter().map(|one| (*one, weight(one))).collect();
        Weighing { severities, checks: BTreeMap::new() }
    }
}

impl Weighing {
    /// Gives a severity (`high`) or a check (`CKV_AWS_18`) this weight.
    ///
    /// # Errors
    /// What is neither: a check's id has a capital letter, a digit or a mark in it.
    pub fn set(&mut self, named: &str, weight: Weight) -> Result<(), String> {
        if let Ok(severity) = named.parse() {
            self.severities.insert(severity, weight);
            return Ok(());
        }
        if named.chars().all(|c| c.is_ascii_lowercase()) {
            return Err(format!("`{named}` is neither a severity nor a check's id"));
        }
        self.checks.insert(bare(named).to_owned(), weight);
        Ok(())
    }

    /// The weight of what this check found.
    pub fn of(&self, check: &str, severity: Severity) -> Weight {
        let by_check = self.checks.get(bare(check));
        // `default` names every severity, and none is ever taken out.
        by_check.or_else(|| self.severities.get(&severity)).copied().unwrap_or(Weight::Deny)
    }
}

/// Trivy's checks are called `AVD-AWS-0089`, and by newer versions `AWS-0089`.
fn bare(check: &str) -> &str {
    check.strip_prefix("AVD-").unwrap_or(check)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_goes_before_its_severity() {
        let mut weighing = Weighing::default();
        assert_eq!(weighing.of("CKV_AWS_18", Severity::Unknown), Weight::Warn);
        assert_eq!(weighing.of("AWS-0089", Severity::Low), Weight::Ignore);
        assert_eq!(weighing.of("AWS-0089", Severity::High), Weight::Deny);
        for (named, weight) in [
            ("unknown", Weight::Ignore),
            ("CKV_AWS_18", Weight::Deny),
            ("AVD-AWS-0089", Weight::Warn),
        ] {
            weighing.set(named, weight).expect("it can be named");
        }
        assert_eq!(weighing.of("CKV_AWS_18", Severity::Unknown), Weight::Deny);
        assert_eq!(weighing.of("CKV_AWS_19", Severity::Unknown), Weight::Ignore);
        for name in ["AWS-0089", "AVD-AWS-0089"] {
            assert_eq!(weighing.of(name, Severity::Critical), Weight::Warn);
        }
    }

    #[test]
    fn a_misspelt_severity_is_no_check() {
        for wrong in ["hgih", ""] {
            let why = Weighing::default().set(wrong, Weight::Deny).expect_err("it is neither");
            assert!(why.contains(wrong), "{why}");
        }
    }
}
