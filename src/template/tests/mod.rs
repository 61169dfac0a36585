//! Templates through the module's public surface.

mod archives;
mod derived;
mod linted;
mod real;
mod shipped;
mod values;

use std::path::{Path, PathBuf};

use super::{Manifest, Problem, Template};

/// The least that is a manifest.
pub const LEAST: &str = "name: box\nengine: terraform\nttl: {default: 4h, maximum: 3d}\n";

/// A template's folder that goes away with the test.
pub struct Folder {
    root: tempfile::TempDir,
}

impl Folder {
    pub fn of(files: &[(&str, &str)]) -> Folder {
        let root = tempfile::tempdir().expect("a temporary folder");
        let folder = Folder { root };
        for (path, text) in files {
            folder.write(path, text);
        }
        folder
    }

    pub fn path(&self) -> PathBuf {
        self.root.path().join("box")
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("mkdir");
        std::fs::write(path, text).expect("write");
    }

    pub fn template(&self) -> Template {
        let (template, problems) = Template::read(&self.path());
        template.unwrap_or_else(|| panic!("{}", told(&problems).join("\n")))
    }

    pub fn problems(&self) -> Vec<String> {
        told(&Template::read(&self.path()).1)
    }
}

/// The manifest with those inputs, each with a variable that takes anything.
pub fn manifest(inputs: &str) -> Manifest {
    let indented = inputs.trim().replace('\n', "\n  ");
    let names = inputs.lines().filter(|line| !line.starts_with([' ', '}']) && line.contains(':'));
    let variable = |line: &str| {
        let name = line.split(':').next().unwrap_or_default();
        format!("variable \"{name}\" {{\n  default   = null\n  sensitive = true\n}}\n")
    };
    let source: String = names.map(variable).collect();
    let yaml = format!("{LEAST}inputs:\n  {indented}\n");
    Folder::of(&[("template.yaml", &yaml), ("main.tf", &source)]).template().manifest
}

pub fn told(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(Problem::to_string).collect()
}

/// The templates that come with Mayfly.
pub fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/environments")
}
