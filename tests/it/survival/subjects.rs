//! What is led through a life: the built-in template, and templates of tests that need less or other engines.
//! Each writes down in a trace beside the sites when its last resource is made and when its first is gone.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mayfly::playground::Input;

use super::machines::longer;
use crate::e2e::stage::template_folder;
use crate::support::programs;
use crate::support::source::root;

/// A template, and what runs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// `preview-env`, with its trace planted.
    BuiltIn,
    /// Two resources that need nothing.
    Counted,
    /// The same, of which the second takes seconds.
    Slow,
    /// Two resources, of which the first is there when the second is interrupted.
    Resumed,
    /// One resource that is given a secret, and has one to show.
    Sealed,
    /// One resource, and a cloud that its template lists.
    Listed,
    /// The counted ones, by OpenTofu.
    Tofu,
    /// Two resources of Pulumi's.
    Pulumi,
    /// `s3-bucket` on a simulated AWS, with its trace planted.
    Bucket,
}

impl Subject {
    pub fn template(self) -> &'static str {
        match self {
            Subject::BuiltIn => "preview-env",
            Subject::Counted | Subject::Slow | Subject::Tofu => "counted",
            Subject::Resumed => "resumed",
            Subject::Sealed => "sealed",
            Subject::Listed => "listed",
            Subject::Pulumi => "counted-pulumi",
            Subject::Bucket => "s3-bucket",
        }
    }

    /// Where its files are.
    pub fn folder(self) -> PathBuf {
        match self {
            Subject::BuiltIn | Subject::Bucket => {
                root().join("templates/environments").join(self.template())
            }
            _ => template_folder(self.template()),
        }
    }

    /// Its file as it is to be led.
    pub fn traced(self, file: &str, text: String) -> String {
        if self == Subject::Slow && file == "template.yaml" {
            return longer(text, 6);
        }
        if self == Subject::Bucket && file == "main.tf" {
            return format!("{text}{TRACED}");
        }
        if self != Subject::BuiltIn || file != "main.tf" {
            return text;
        }
        let made = r#"mv -- "$SITE/index.html.new" "$SITE/index.html""#;
        let gone = r#"rm -rf -- \"$${SITE:?}\""#;
        assert!(text.contains(made) && text.contains(gone), "the template has changed");
        let trace = r#""$(dirname "$(dirname "$SITE")")/trace""#;
        let (making, going) = (format!("echo made >> {trace}"), format!("echo gone >> {trace}"));
        let going = going.replace('"', "\\\"");
        text.replace(made, &format!("{made}\n      {making}"))
            .replace(gone, &format!("{gone} && {going}"))
    }

    /// Lines for the end of the bot's settings.
    pub fn settings(self) -> &'static str {
        match self {
            Subject::Tofu => "[engines]\nrun_terraform_with = \"opentofu\"\n",
            _ => "",
        }
    }

    /// Whether its engine is here; where it is not, that is said.
    pub fn runs(self) -> bool {
        match self {
            Subject::Tofu => programs::runs("tofu"),
            Subject::Pulumi => programs::runs("pulumi"),
            _ => true,
        }
    }

    /// Where the bot looks for programs: not where engines are that it does not use. Each start asks every
    /// engine for its version, and Pulumi takes its time for that.
    pub fn path(self) -> OsString {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let has = |folder: &Path, program: &str| folder.join(program).exists();
        let needed = |folder: &PathBuf| {
            matches!(self, Subject::Tofu | Subject::Pulumi)
                || !has(folder, "pulumi")
                || ["terraform", "sh", "python3"].iter().any(|program| has(folder, program))
        };
        std::env::join_paths(std::env::split_paths(&path).filter(needed)).unwrap_or(path)
    }

    /// What its form has to be given.
    pub fn inputs(self) -> Vec<(&'static str, Input)> {
        match self {
            Subject::BuiltIn => vec![("in_branch", "feature/kill".into())],
            _ => Vec::new(),
        }
    }

    /// How long one of its lives may take, with a claim that has to run out.
    pub fn longest(self) -> Duration {
        match self {
            Subject::Pulumi => Duration::from_secs(150),
            // Its provider alone needs seconds of a whole core for each call.
            Subject::Bucket => Duration::from_secs(400),
            _ => Duration::from_secs(120),
        }
    }

    /// How many resources it has.
    pub fn resources(self) -> i64 {
        match self {
            Subject::BuiltIn => 3,
            Subject::Bucket => 5,
            Subject::Sealed | Subject::Listed => 1,
            _ => 2,
        }
    }
}

/// What is added to a template on AWS: made when its bucket is, and gone before it.
const TRACED: &str = r#"
variable "mayfly_site_root" {
  type = string
}

resource "terraform_data" "trace" {
  input      = { trace = "${dirname(var.mayfly_site_root)}/trace" }
  depends_on = [aws_s3_bucket.this]

  provisioner "local-exec" {
    command     = "echo made >> \"$TRACE\""
    environment = { TRACE = self.input.trace }
  }

  provisioner "local-exec" {
    when        = destroy
    command     = "echo gone >> \"$TRACE\""
    environment = { TRACE = self.input.trace }
  }
}
"#;
