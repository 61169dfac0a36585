//! What is to be installed: a program at a version.

use std::fmt;
use std::str::FromStr;

use semver::Version;

/// An engine's program, as its file is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Program {
    Terraform,
    Tofu,
    Pulumi,
}

/// A program at a version: `tofu@1.12.6`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    pub program: Program,
    pub version: Version,
}

/// Why it is not known what is wanted; each ends with what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotWanted {
    #[error(
        "`{0}` is no engine that can be installed\n  hint: terraform, opentofu or pulumi, each with @version"
    )]
    Engine(String),
    #[error(
        "`{0}` does not say which version\n  hint: write {0}@1.2.3; the release pages of the engine list what there is"
    )]
    NoVersion(String),
    #[error("`{0}` is no version of a release\n  hint: write all three numbers: {1}@1.2.3")]
    Version(String, String),
}

impl Program {
    /// The name of the file, and of the folder that its versions are in.
    pub fn name(self) -> &'static str {
        match self {
            Program::Terraform => "terraform",
            Program::Tofu => "tofu",
            Program::Pulumi => "pulumi",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Program::Terraform => "Terraform",
            Program::Tofu => "OpenTofu",
            Program::Pulumi => "Pulumi",
        }
    }
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.program.title(), self.version)
    }
}

impl FromStr for Wanted {
    type Err = NotWanted;

    fn from_str(text: &str) -> Result<Wanted, NotWanted> {
        let (name, version) = match text.split_once('@') {
            Some((name, version)) => (name, Some(version)),
            None => (text, None),
        };
        let program = match name {
            "terraform" => Program::Terraform,
            "opentofu" | "tofu" => Program::Tofu,
            "pulumi" => Program::Pulumi,
            other => return Err(NotWanted::Engine(other.to_owned())),
        };
        let version = version.ok_or_else(|| NotWanted::NoVersion(name.to_owned()))?;
        // Tags begin with a v; build metadata (`+…`) is in no file's name.
        let parsed = Version::parse(version.strip_prefix('v').unwrap_or(version)).ok();
        let parsed = parsed.filter(|version| version.build.is_empty());
        let version =
            parsed.ok_or_else(|| NotWanted::Version(version.to_owned(), name.to_owned()))?;
        Ok(Wanted { program, version })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_versions_are_read() {
        for (text, program, version) in [
            ("terraform@1.11.4", Program::Terraform, "1.11.4"),
            ("opentofu@1.12.6", Program::Tofu, "1.12.6"),
            ("tofu@v1.13.0-beta1", Program::Tofu, "1.13.0-beta1"),
            ("pulumi@3.219.0", Program::Pulumi, "3.219.0"),
        ] {
            let wanted: Wanted = text.parse().unwrap();
            assert_eq!((wanted.program, wanted.version.to_string().as_str()), (program, version));
        }
    }

    #[test]
    fn others_are_told_with_what_to_do() {
        for (text, part) in [
            ("ansible@1.0.0", "`ansible` is no engine"),
            ("", "`` is no engine"),
            ("tofu", "write tofu@1.2.3"),
            ("tofu@", "`` is no version"),
            ("tofu@1.12", "`1.12` is no version"),
            ("tofu@latest", "`latest` is no version"),
            ("tofu@1.12.6+x", "`1.12.6+x` is no version"),
            ("tofu@1.2.3/../../x", "is no version"),
        ] {
            let told = text.parse::<Wanted>().unwrap_err().to_string();
            assert!(told.contains(part) && told.contains("\n  hint: "), "{told}");
        }
    }
}
