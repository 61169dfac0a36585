//! Which of the engines that are there works on what.

use semver::{Comparator, Op, Version, VersionReq};

use super::installed::{Engines, Installed};
use super::version::{released, satisfies};
use crate::domain::{EngineKind, Lack, MadeBy, TerraformBy, Unavailable};

impl Engines {
    /// The newest that a template of this kind accepts: all of `wanted` are to be met.
    pub fn pick(&self, kind: EngineKind, wanted: &[VersionReq]) -> Result<&Installed, Unavailable> {
        let there: Vec<&Installed> = self.that_run(kind).collect();
        if there.is_empty() {
            return Err(self.missing(kind, wanted));
        }
        newest(there.iter().copied().filter(|one| fits(one, wanted))).ok_or_else(|| {
            let lack = Lack::Version { wanted: in_words(wanted), found: names(&there) };
            let runner = there.first().map_or(kind, |one| one.kind);
            Unavailable { engine: kind, lack, cure: Some(cure(runner, wanted)) }
        })
    }

    /// The one that works on an environment which `made_by` worked on last: the very same where it is
    /// still there, else the newest that the template accepts and that reads the state. An older version
    /// does not read what a newer one wrote, and Terraform not what OpenTofu wrote; OpenTofu takes over
    /// from Terraform.
    pub fn pick_again(
        &self,
        kind: EngineKind,
        wanted: &[VersionReq],
        made_by: &MadeBy,
    ) -> Result<&Installed, Unavailable> {
        // Also when the settings have Terraform's templates run by another by now.
        let same_kind = self.found.iter().filter(|one| one.kind == made_by.engine);
        if let Some(same) = same_kind.clone().find(|one| one.version == made_by.version) {
            return Ok(same);
        }
        let others = self.that_run(kind).filter(|one| one.kind != made_by.engine);
        let there: Vec<&Installed> = same_kind.chain(others).collect();
        let reads = |one: &&Installed| {
            if one.kind == made_by.engine {
                // A build that calls itself `1.12.6-dev` is what 1.12.6 became.
                return released(&one.version) >= released(&made_by.version);
            }
            (made_by.engine, one.kind) == (EngineKind::Terraform, EngineKind::Tofu)
        };
        let able = || there.iter().copied().filter(|one| fits(one, wanted)).filter(reads);
        // OpenTofu only where no Terraform is left that could do it.
        let found =
            newest(able().filter(|one| one.kind == made_by.engine)).or_else(|| newest(able()));
        found.ok_or_else(|| {
            let lack = Lack::Reader { made_by: made_by.clone(), found: names(&there) };
            let MadeBy { engine, version } = made_by;
            let cure = format!("mayfly engines install {engine}@{}", released(version));
            Unavailable { engine: kind, lack, cure: Some(cure) }
        })
    }

    /// Those that may run templates of this kind at all.
    fn that_run(&self, kind: EngineKind) -> impl Iterator<Item = &Installed> + Clone {
        // One that is named or there and does not work is to be repaired, not to be passed over: what
        // OpenTofu has once worked on, Terraform does not read any more.
        let has_terraform = self.knows(EngineKind::Terraform);
        let by = match (kind, self.run_terraform_with) {
            (EngineKind::Terraform, TerraformBy::Tofu) => EngineKind::Tofu,
            (EngineKind::Terraform, TerraformBy::Either) if !has_terraform => EngineKind::Tofu,
            (kind, _) => kind,
        };
        self.found.iter().filter(move |one| one.kind == by)
    }

    fn missing(&self, kind: EngineKind, wanted: &[VersionReq]) -> Unavailable {
        let by = match (kind, self.run_terraform_with) {
            (EngineKind::Terraform, TerraformBy::Tofu) => EngineKind::Tofu,
            (kind, _) => kind,
        };
        let why = self.unusable().iter().find(|unusable| unusable.kind == by);
        match why {
            // It says itself what to do.
            Some(unusable) => {
                let lack = Lack::Engine { why: Some(unusable.why.to_string()) };
                Unavailable { engine: by, lack, cure: None }
            }
            None => {
                let lack = Lack::Engine { why: None };
                Unavailable { engine: by, lack, cure: Some(cure(by, wanted)) }
            }
        }
    }
}

fn fits(installed: &Installed, wanted: &[VersionReq]) -> bool {
    wanted.iter().all(|wanted| satisfies(wanted, &installed.version))
}

/// They stand newest first, and what the settings name before its equals.
fn newest<'a>(mut sorted: impl Iterator<Item = &'a Installed>) -> Option<&'a Installed> {
    sorted.next()
}

fn names(there: &[&Installed]) -> Vec<String> {
    there.iter().map(|one| one.made_by().to_string()).collect()
}

fn in_words(wanted: &[VersionReq]) -> String {
    wanted.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Installs a version that all of `wanted` accept, as far as one can be named without asking anybody.
fn cure(kind: EngineKind, wanted: &[VersionReq]) -> String {
    let fits = |version: &Version| wanted.iter().all(|wanted| satisfies(wanted, version));
    let floors = wanted.iter().flat_map(|wanted| &wanted.comparators).map(floor);
    let version = std::iter::once(tried(kind)).chain(floors).find(fits);
    let version = version.map_or("…".to_owned(), |version| version.to_string());
    format!("mayfly engines install {kind}@{version}")
}

/// The version that Mayfly was tried with.
fn tried(kind: EngineKind) -> Version {
    match kind {
        EngineKind::Terraform => Version::new(1, 11, 4),
        EngineKind::Tofu => Version::new(1, 12, 6),
        EngineKind::Pulumi => Version::new(3, 250, 0),
    }
}

/// The least version that a part of a constraint names.
fn floor(part: &Comparator) -> Version {
    let Comparator { op, major, minor, patch, .. } = part;
    let (minor, patch) = (minor.unwrap_or(0), patch.unwrap_or(0));
    Version::new(*major, minor, if *op == Op::Greater { patch + 1 } else { patch })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::TERRAFORM;
    use super::super::installed::{NotInstalled, Origin, Unusable};
    use super::*;

    const BOTH: [(EngineKind, &str); 4] = [
        (EngineKind::Terraform, "1.11.4"),
        (EngineKind::Terraform, "1.5.7"),
        (EngineKind::Tofu, "1.12.6-dev"),
        (EngineKind::Tofu, "1.9.0"),
    ];
    const TOFU: [(EngineKind, &str); 1] = [(EngineKind::Tofu, "1.12.6-dev")];

    fn engines(there: &[(EngineKind, &str)], run_terraform_with: TerraformBy) -> Engines {
        let one = |(kind, version): &(EngineKind, &str)| Installed {
            kind: *kind,
            engine: Arc::new(TERRAFORM),
            program: format!("/opt/{kind}-{version}").into(),
            version: version.parse().unwrap(),
            origin: Origin::Folder,
        };
        let found = there.iter().map(one).collect();
        Engines { found, unusable: Vec::new(), run_terraform_with }
    }

    fn wanted(text: &str) -> Vec<VersionReq> {
        vec![VersionReq::parse(text).unwrap()]
    }

    fn told(picked: Result<&Installed, Unavailable>) -> String {
        picked.map_or_else(|why| why.to_string(), |one| one.made_by().to_string())
    }

    #[test]
    fn the_newest_that_a_template_accepts_is_picked() {
        let engines = engines(&BOTH, TerraformBy::Either);
        let pick = |kind, text: &str| told(engines.pick(kind, &wanted(text)));
        assert_eq!(pick(EngineKind::Terraform, "*"), "terraform 1.11.4");
        assert_eq!(pick(EngineKind::Terraform, "<1.6"), "terraform 1.5.7");
        assert_eq!(pick(EngineKind::Tofu, ">=1.9"), "tofu 1.12.6-dev");
        assert_eq!(pick(EngineKind::Tofu, ">=1.12.6"), "tofu 1.12.6-dev", "a build of what it is");
        assert_eq!(
            pick(EngineKind::Terraform, ">=1.12"),
            "it needs terraform >=1.12, and there is terraform 1.11.4, terraform 1.5.7: \
             run `mayfly engines install terraform@1.12.0`"
        );
        let both = [wanted(">=1.6"), wanted("<1.11")].concat();
        assert_eq!(
            told(engines.pick(EngineKind::Terraform, &both)),
            "it needs terraform >=1.6, <1.11, and there is terraform 1.11.4, terraform 1.5.7: \
             run `mayfly engines install terraform@1.6.0`"
        );
        assert!(pick(EngineKind::Tofu, "<1.2").ends_with("run `mayfly engines install tofu@…`"));
    }

    #[test]
    fn opentofu_runs_terraforms_templates_where_there_is_none_or_where_it_is_to() {
        let pick = |there: &[(EngineKind, &str)], by| {
            told(engines(there, by).pick(EngineKind::Terraform, &wanted(">=1.4")))
        };
        assert_eq!(pick(&TOFU, TerraformBy::Either), "tofu 1.12.6-dev");
        assert_eq!(pick(&BOTH, TerraformBy::Tofu), "tofu 1.12.6-dev");
        assert_eq!(pick(&BOTH, TerraformBy::Terraform), "terraform 1.11.4");
        assert_eq!(
            pick(&TOFU, TerraformBy::Terraform),
            "terraform is not installed where Mayfly runs: run `mayfly engines install terraform@1.11.4`"
        );
        assert_eq!(
            pick(&BOTH[..2], TerraformBy::Tofu),
            "tofu is not installed where Mayfly runs: run `mayfly engines install tofu@1.12.6`"
        );
        // The other way round it never is.
        let terraform = engines(&BOTH[..2], TerraformBy::Either);
        assert!(terraform.pick(EngineKind::Tofu, &[]).is_err());
    }

    #[test]
    fn a_terraform_that_does_not_work_is_not_passed_over() {
        let mut engines = engines(&TOFU, TerraformBy::Either);
        let why = NotInstalled::Missing("/opt/terraform".into());
        engines.unusable.push(Unusable { kind: EngineKind::Terraform, why });
        assert_eq!(
            told(engines.pick(EngineKind::Terraform, &[])),
            "terraform cannot be used: `/opt/terraform` is not there: \
             correct its path under [engines] in mayfly.toml"
        );
    }

    #[test]
    fn an_environment_stays_with_what_reads_its_state() {
        use EngineKind::{Terraform, Tofu};
        let again = |there: &[(EngineKind, &str)], engine, version: &str| {
            let made_by = MadeBy { engine, version: version.parse().unwrap() };
            let engines = engines(there, TerraformBy::Either);
            told(engines.pick_again(Terraform, &wanted(">=1.4"), &made_by))
        };
        assert_eq!(again(&BOTH, Terraform, "1.5.7"), "terraform 1.5.7", "the very same");
        assert_eq!(again(&BOTH, Terraform, "1.6.2"), "terraform 1.11.4", "one that is newer");
        assert_eq!(again(&BOTH, Tofu, "1.9.0"), "tofu 1.9.0", "also where terraform is there");
        assert_eq!(again(&BOTH, Tofu, "1.12.6"), "tofu 1.12.6-dev", "a build of what it was");
        assert_eq!(again(&TOFU, Terraform, "1.99.0"), "tofu 1.12.6-dev", "OpenTofu takes over");
        assert_eq!(
            again(&BOTH, Terraform, "1.12.0"),
            "terraform 1.12.0 made it, and there is only terraform 1.11.4, terraform 1.5.7, \
             which cannot take it over: run `mayfly engines install terraform@1.12.0`"
        );
        assert_eq!(
            again(&BOTH[..2], Tofu, "1.9.0"),
            "tofu 1.9.0 made it, and there is only terraform 1.11.4, terraform 1.5.7, \
             which cannot take it over: run `mayfly engines install tofu@1.9.0`"
        );
        assert!(again(&[], Tofu, "1.9.0").starts_with("tofu 1.9.0 made it, and nothing is left"));
    }

    #[test]
    fn a_newer_one_takes_over_only_if_the_template_accepts_it() {
        let made_by = MadeBy { engine: EngineKind::Terraform, version: Version::new(1, 5, 6) };
        let engines = engines(&BOTH, TerraformBy::Either);
        let pick = |text| told(engines.pick_again(EngineKind::Terraform, &wanted(text), &made_by));
        assert_eq!(pick("<1.6"), "terraform 1.5.7");
        assert!(pick("=1.5.6").contains("cannot take it over"), "{}", pick("=1.5.6"));
    }
}
