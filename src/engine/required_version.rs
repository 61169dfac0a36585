//! `required_version` in the files of a template, for the engine that does not look at it.

use super::{EngineError, Layout, version};

/// Refuses an engine that a template's `.tf` files exclude. Terraform checks its constraint itself; tofu does
/// so only in `.tofu` files.
pub(super) fn check(engine: &'static str, layout: &Layout) -> Result<(), EngineError> {
    let source = &layout.source;
    let entries = std::fs::read_dir(source).map_err(EngineError::file(source))?;
    for entry in entries {
        let path = entry.map_err(EngineError::file(source))?.path();
        if path.extension().is_none_or(|e| e != "tf") || path.with_extension("tofu").exists() {
            continue;
        }
        let text = std::fs::read_to_string(&path).map_err(EngineError::file(&path))?;
        for constraint in required_versions(&text) {
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let line = line_of(&text, &constraint);
            let version = layout.program_version.clone();
            match version::within(&constraint, &version) {
                Some(true) => {}
                Some(false) => {
                    return Err(EngineError::Version { file, line, constraint, engine, version });
                }
                None => return Err(EngineError::Constraint { file, line, constraint }),
            }
        }
    }
    Ok(())
}

/// What cannot be parsed asks for nothing: `init` reports it far better.
fn required_versions(text: &str) -> Vec<String> {
    let Ok(body) = hcl::parse(text) else { return Vec::new() };
    body.blocks()
        .filter(|block| block.identifier() == "terraform")
        .flat_map(|block| block.body().attributes())
        .filter(|attribute| attribute.key() == "required_version")
        .filter_map(|attribute| match attribute.expr() {
            hcl::Expression::String(text) => Some(text.clone()),
            _ => None,
        })
        .collect()
}

fn line_of(text: &str, constraint: &str) -> usize {
    let here = |line: &str| line.contains("required_version") && line.contains(constraint);
    text.lines().position(here).map_or(1, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Engine as _, OPENTOFU, TERRAFORM, Terraform};
    use semver::Version;

    fn prepare(engine: Terraform, main: &str, tofu: Option<&str>) -> Result<(), EngineError> {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let source = root.join("template");
        std::fs::create_dir(&source).unwrap();
        std::fs::write(source.join("main.tf"), main).unwrap();
        if let Some(tofu) = tofu {
            std::fs::write(source.join("main.tofu"), tofu).unwrap();
        }
        let layout = Layout {
            version: root.join("version"),
            source,
            states: root.join("states"),
            program: engine.program().into(),
            program_version: Version::parse("1.12.6-dev").unwrap(),
            path: "/bin".into(),
            home: root.join("home"),
            cli_config: root.join("rc"),
            backend: None,
            plugins: None,
        };
        engine.prepare(&layout).map(drop)
    }

    #[test]
    fn what_tofu_does_not_check_is_checked_here() {
        let narrow = "# a comment\nterraform {\n  required_version = \"~> 1.11.0\"\n}\n";
        let refused = prepare(OPENTOFU, narrow, None).unwrap_err().to_string();
        assert_eq!(
            refused,
            "main.tf:3: required_version `~> 1.11.0` excludes opentofu 1.12.6-dev: \
             install a version that fits, or change the constraint"
        );
        let odd = narrow.replace("~> 1.11.0", "newest");
        let refused = prepare(OPENTOFU, &odd, None).unwrap_err().to_string();
        assert!(refused.starts_with("main.tf:3: required_version `newest` is no"), "{refused}");
        prepare(OPENTOFU, &narrow.replace("1.11.0", "1.11"), None).unwrap();
        prepare(OPENTOFU, narrow, Some("# shadows it\n")).unwrap();
        prepare(OPENTOFU, "terraform {", None).expect("`init` says what is wrong with it");
        prepare(TERRAFORM, narrow, None).expect("terraform checks its own");
    }
}
