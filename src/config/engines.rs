//! Which engines to use, where it is not simply those that are found.

use std::path::{Path, PathBuf};

use super::read::Reader;
use crate::domain::{EngineKind, EngineNamed, EnginesWanted, TerraformBy};

/// Reads `[engines]`. `MAYFLY_ENGINES` itself is no setting, and is left alone.
pub(super) fn read(r: &mut Reader, data: &Path) -> EnginesWanted {
    let mut wanted = EnginesWanted::found_in(data.join("engines"));
    for kind in EngineKind::ALL {
        if let Some(named) = of_kind(r, *kind) {
            wanted.named.insert(*kind, named);
        }
    }
    wanted.run_terraform_with = run_terraform_with(r);
    wanted
}

fn of_kind(r: &mut Reader, kind: EngineKind) -> Option<Vec<EngineNamed>> {
    let key = format!("engines.{kind}");
    let named = named(r, &key);
    if kind != EngineKind::Tofu {
        return named;
    }
    // OpenTofu's program has another name than the project.
    let long = "engines.opentofu";
    match (named, self::named(r, long)) {
        (Some(_), Some(_)) => {
            r.wrong(long, "it is the same engine as engines.tofu", "keep one of the two");
            None
        }
        (short, long) => short.or(long),
    }
}

fn named(r: &mut Reader, key: &str) -> Option<Vec<EngineNamed>> {
    let texts = r.one_or_more(key)?;
    let hint = "write a version such as \"1.11.4\" that `mayfly engines install` has put in place, \
                a path such as \"/opt/terraform\", or a list of those";
    if texts.is_empty() {
        r.wrong(key, "it names none", hint);
    }
    let mut all = Vec::new();
    for text in texts {
        let version = semver::Version::parse(text.strip_prefix('v').unwrap_or(&text));
        match version {
            Ok(version) => all.push(EngineNamed::Version(version)),
            Err(_) if text.contains('/') => all.push(EngineNamed::Program(PathBuf::from(text))),
            Err(_) => r.wrong(key, &format!("`{text}` is neither a version nor a path"), hint),
        }
    }
    Some(all)
}

fn run_terraform_with(r: &mut Reader) -> TerraformBy {
    let key = "engines.run_terraform_with";
    match r.text(key).as_deref() {
        None => TerraformBy::Either,
        Some("opentofu") => TerraformBy::Tofu,
        Some(word) => word.parse().unwrap_or_else(|_| {
            let hint =
                "write terraform, tofu, or either: Terraform, and OpenTofu where there is none";
            r.wrong(key, "it is nothing that runs Terraform's templates", hint);
            TerraformBy::Either
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{self, ConfigError};

    fn with(toml: &str, environment: &[(&str, &str)]) -> Result<EnginesWanted, Vec<ConfigError>> {
        config::tests::with(toml, environment).map(|config| config.engines)
    }

    fn version(text: &str) -> EngineNamed {
        EngineNamed::Version(text.parse().expect("a version"))
    }

    fn program(path: &str) -> EngineNamed {
        EngineNamed::Program(path.into())
    }

    #[test]
    fn without_a_word_everything_that_is_found_is_used() {
        let engines = with("data = \"/var/lib/mayfly\"\n", &[]).expect("reads");
        assert!(engines.named.is_empty());
        assert_eq!(engines.folder, Path::new("/var/lib/mayfly/engines"));
        assert_eq!(engines.run_terraform_with, TerraformBy::Either);
    }

    #[test]
    fn an_engine_is_named_by_path_by_version_or_by_several() {
        let toml = "[engines]\nterraform = [\"1.5.7\", \"v1.11.4\", \"/opt/x/terraform\"]\n\
                    opentofu = \"1.12.6-dev\"\npulumi = \"./bin/pulumi\"\nrun_terraform_with = \"opentofu\"\n";
        let engines = with(toml, &[]).expect("reads");
        let named = |kind| engines.named[&kind].clone();
        assert_eq!(
            named(EngineKind::Terraform),
            [version("1.5.7"), version("1.11.4"), program("/opt/x/terraform")]
        );
        assert_eq!(named(EngineKind::Tofu), [version("1.12.6-dev")]);
        assert_eq!(named(EngineKind::Pulumi), [program("./bin/pulumi")]);
        assert_eq!(engines.run_terraform_with, TerraformBy::Tofu);
    }

    #[test]
    fn the_environment_names_several_with_commas_and_the_suites_own_variable_is_no_setting() {
        let environment = [
            ("MAYFLY_ENGINES_TERRAFORM", "1.5.7, /opt/terraform"),
            ("MAYFLY_ENGINES_OPENTOFU", "1.12.6"),
            ("MAYFLY_ENGINES_RUN_TERRAFORM_WITH", "terraform"),
            ("MAYFLY_ENGINES", "all"),
        ];
        let toml = "[engines]\nterraform = \"/elsewhere/terraform\"\n";
        let engines = with(toml, &environment).expect("reads");
        let named = |kind| engines.named[&kind].clone();
        assert_eq!(named(EngineKind::Terraform), [version("1.5.7"), program("/opt/terraform")]);
        assert_eq!(named(EngineKind::Tofu), [version("1.12.6")]);
        assert_eq!(engines.run_terraform_with, TerraformBy::Terraform);
    }

    #[test]
    fn what_is_wrong_is_told_with_key_value_and_cure() {
        let toml = "[engines]\nterraform = [\"1.5\", \"newest\"]\ntofu = \"1.12.6\"\n\
                    opentofu = \"1.12.6\"\npulumi = 3\nrun_terraform_with = \"pulumi\"\nansible = \"1\"\n";
        let errors = with(toml, &[]).expect_err("many errors");
        let text: Vec<String> = errors.iter().map(ToString::to_string).collect();
        let text = text.join("\n");
        for part in [
            "mayfly.toml:2: engines.terraform = [\"1.5\", \"newest\"]: `1.5` is neither",
            "`newest` is neither a version nor a path\n  hint: write a version such as \"1.11.4\"",
            "mayfly.toml:4: engines.opentofu = \"1.12.6\": it is the same engine as engines.tofu",
            "mayfly.toml:5: engines.pulumi = 3: it is no list of texts",
            "mayfly.toml:6: engines.run_terraform_with = \"pulumi\"",
            "mayfly.toml:7: engines.ansible = \"1\": there is no such setting",
        ] {
            assert!(text.contains(part), "{part} is not in:\n{text}");
        }
        let environment = [("MAYFLY_ENGINES_TOFU", "1.12")];
        let errors = with("", &environment).expect_err("no version");
        assert!(
            errors[0].to_string().starts_with("MAYFLY_ENGINES_TOFU = \"1.12\": `1.12` is neither"),
            "{}",
            errors[0]
        );
    }
}
