//! Which engines there are, which of them made an environment, and what keeps a template from being used.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use super::text_enum::text_enum;

text_enum! {
    /// Which program runs a template: its name on the PATH, which is also the word in the manifest.
    EngineKind { Terraform = "terraform", Tofu = "tofu", Pulumi = "pulumi" }
}

impl EngineKind {
    /// The program's name on the PATH.
    pub fn program(self) -> &'static str {
        self.as_str()
    }

    /// The engine that somebody names: OpenTofu has two names.
    pub fn named(word: &str) -> Option<EngineKind> {
        match word {
            "opentofu" => Some(EngineKind::Tofu),
            word => word.parse().ok(),
        }
    }
}

text_enum! {
    /// What runs the templates that are written for Terraform.
    TerraformBy {
        /// Terraform, and OpenTofu where there is none.
        Either = "either",
        Terraform = "terraform",
        Tofu = "tofu",
    }
}

/// Which engines are to be used.
#[derive(Debug, Clone)]
pub struct EnginesWanted {
    /// Where engines are installed for Mayfly: each as `<program>/<version>/<program>`.
    pub folder: PathBuf,
    /// What is named for an engine. For one that is not here: all that `folder` and the PATH have.
    pub named: BTreeMap<EngineKind, Vec<EngineNamed>>,
    pub run_terraform_with: TerraformBy,
}

impl EnginesWanted {
    /// What the PATH has, and what is installed in this folder.
    pub fn found_in(folder: PathBuf) -> EnginesWanted {
        let run_terraform_with = TerraformBy::Either;
        EnginesWanted { folder, named: BTreeMap::new(), run_terraform_with }
    }
}

/// How an engine is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineNamed {
    Program(PathBuf),
    /// One that is installed in the folder of engines.
    Version(semver::Version),
}

/// The engine that worked on an environment last, and therefore wrote its state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeBy {
    pub engine: EngineKind,
    pub version: semver::Version,
}

impl fmt::Display for MadeBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.engine, self.version)
    }
}

/// Why a template, or an environment of one, cannot be worked on where Mayfly runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable {
    /// What the template is written for.
    pub engine: EngineKind,
    pub lack: Lack,
    /// What an operator runs on the machine; `None` where no command helps.
    pub cure: Option<String>,
}

/// What is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// No program of that engine; `why` says what is wrong with one that is there or named.
    Engine { why: Option<String> },
    /// There are programs, and the template accepts none of their versions.
    Version { wanted: String, found: Vec<String> },
    /// Only what cannot read the environment's state is left.
    Reader { made_by: MadeBy, found: Vec<String> },
    /// The engine is there, and a plugin that the template needs is not.
    Plugin { name: String },
}

impl fmt::Display for Unavailable {
    /// One line for operators: in the log, on the terminal, in a run that failed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let engine = self.engine;
        match &self.lack {
            Lack::Engine { why: None } => write!(f, "{engine} is not installed where Mayfly runs")?,
            Lack::Engine { why: Some(why) } => write!(f, "{engine} cannot be used: {why}")?,
            Lack::Version { wanted, found } => {
                write!(f, "it needs {engine} {wanted}, and there is {}", found.join(", "))?;
            }
            Lack::Reader { made_by, found } if found.is_empty() => {
                write!(f, "{made_by} made it, and nothing is left that can take it over")?;
            }
            Lack::Reader { made_by, found } => {
                let found = found.join(", ");
                write!(
                    f,
                    "{made_by} made it, and there is only {found}, which cannot take it over"
                )?;
            }
            Lack::Plugin { name } => write!(f, "{engine} has no plugin `{name}`")?,
        }
        match &self.cure {
            Some(cure) => write!(f, ": run `{cure}`"),
            None => Ok(()),
        }
    }
}

impl Unavailable {
    /// The same for whoever reads it while the bot runs, which looks for engines when it starts.
    pub fn while_running(&self) -> String {
        match self.cure {
            Some(_) => format!("{self}, then start Mayfly anew"),
            None => self.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_one_line_with_its_cure() {
        let told = |lack, cure: Option<&str>| {
            let cure = cure.map(str::to_owned);
            Unavailable { engine: EngineKind::Tofu, lack, cure }.to_string()
        };
        let found = vec!["tofu 1.6.0".to_owned(), "tofu 1.7.1".to_owned()];
        assert_eq!(
            told(
                Lack::Version { wanted: ">=1.9".into(), found: found.clone() },
                Some("mayfly engines install tofu@1.9.0")
            ),
            "it needs tofu >=1.9, and there is tofu 1.6.0, tofu 1.7.1: \
             run `mayfly engines install tofu@1.9.0`"
        );
        assert_eq!(
            told(Lack::Engine { why: None }, None),
            "tofu is not installed where Mayfly runs"
        );
        let made_by = MadeBy { engine: EngineKind::Tofu, version: semver::Version::new(1, 8, 0) };
        assert_eq!(
            told(Lack::Reader { made_by, found }, None),
            "tofu 1.8.0 made it, and there is only tofu 1.6.0, tofu 1.7.1, which cannot take it over"
        );
    }

    #[test]
    fn opentofu_has_two_names() {
        assert_eq!(EngineKind::named("opentofu"), Some(EngineKind::Tofu));
        assert_eq!(EngineKind::named("tofu"), Some(EngineKind::Tofu));
        assert_eq!(EngineKind::named("ansible"), None);
        assert!(
            EngineKind::ALL.iter().all(|kind| EngineKind::named(kind.program()) == Some(*kind))
        );
    }
}
