//! Packages of several files.
//!
//! The engine takes a package for evaluated when its first file is: what later files say is undefined to whoever
//! asks for the package by an import. So a package is loaded as one module, in which every file keeps its lines.

use std::collections::BTreeMap;

use regorus::unstable::{Module, Ref};

use super::{Repaired, package_of, parse, walk};
use crate::policy::{PolicyError, RegoVersion};

/// A module that is loaded: a package, of one file or of several.
pub(in crate::policy) struct Merged {
    pub name: String,
    pub version: RegoVersion,
    pub text: String,
    pub parts: Vec<Part>,
}

/// A file's part of a module.
#[derive(Debug, Clone)]
pub(in crate::policy) struct Part {
    /// Which of the files.
    pub file: usize,
    /// The line of the module on which its first line stands.
    pub first_line: usize,
    /// How many rules stand before it.
    pub first_rule: usize,
}

/// The modules of these files.
///
/// # Errors
/// Files of a package that mean different things by a name that they import, or that are not the same Rego.
pub(in crate::policy) fn merged(files: &[Repaired]) -> Result<Vec<Merged>, Vec<PolicyError>> {
    let mut packages: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
    for (at, file) in files.iter().enumerate() {
        packages.entry(package_of(&file.module)).or_default().push(at);
    }
    let (mut modules, mut errors) = (Vec::new(), Vec::new());
    for members in packages.into_values() {
        let module = match members.as_slice() {
            [only] => Ok(alone(files, *only)),
            several => together(files, several),
        };
        match module {
            Ok(module) => modules.push(module),
            Err(error) => errors.push(error),
        }
    }
    match errors.is_empty() {
        true => Ok(modules),
        false => Err(errors),
    }
}

fn alone(files: &[Repaired], at: usize) -> Merged {
    let file = &files[at];
    Merged {
        name: file.name.clone(),
        version: file.version,
        text: file.text.text().to_owned(),
        parts: vec![Part { file: at, first_line: 1, first_rule: 0 }],
    }
}

fn together(files: &[Repaired], members: &[usize]) -> Result<Merged, PolicyError> {
    let Some((first, _)) = members.split_first() else {
        return Err(PolicyError::file("policies", "a package has no file"));
    };
    let first = &files[*first];
    let mut header = Header::default();
    let mut bodies = Vec::new();
    for at in members {
        let file = &files[*at];
        if file.version != first.version {
            let what = format!("its package is in {} too, in another version of Rego", first.name);
            return Err(PolicyError::file(&file.name, what)
                .at(1, 1)
                .hint("say the same version of all files of a package"));
        }
        let module = parse(&file.name, file.text.text(), file.version)
            .map_err(|error| PolicyError::file(&file.name, error.to_string()))?;
        header.add(file, &module)?;
        bodies.push((*at, module.policy.len(), without_header(file.text.text(), &module)));
    }
    let mut text = header.text(&package_of(&first.module));
    let (mut parts, mut rules) = (Vec::new(), 0);
    for (file, count, body) in bodies {
        let first_line = text.matches('\n').count() + 1;
        parts.push(Part { file, first_line, first_rule: rules });
        rules += count;
        text += &body;
        text.push('\n');
    }
    let module = Merged { name: first.name.clone(), version: first.version, text, parts };
    let parsed = parse(&module.name, &module.text, module.version);
    match parsed {
        Ok(_) => Ok(module),
        Err(_) => {
            Err(PolicyError::file(&first.name, "the files of this package do not go together")
                .at(1, 1)
                .hint("import the same keywords in each of them"))
        }
    }
}

/// The imports of all files of a package, each once.
#[derive(Default)]
struct Header {
    /// By the name that is imported: as what, and where first.
    imports: BTreeMap<String, (String, String)>,
    keywords: Vec<String>,
}

impl Header {
    fn add(&mut self, file: &Repaired, module: &Module) -> Result<(), PolicyError> {
        for import in &module.imports {
            let path = walk::names_of(&import.refr).unwrap_or_default();
            let text = import.refr.span().text().to_owned();
            if path.first().is_some_and(|first| first == "rego" || first == "future") {
                if !self.keywords.contains(&text) {
                    self.keywords.push(text);
                }
                continue;
            }
            let name = import.r#as.as_ref().map(|name| name.text().to_owned());
            let name = name.or_else(|| path.last().cloned()).unwrap_or_default();
            let place = format!("{}:{}", file.name, import.span.line);
            let other = self.imports.entry(name.clone()).or_insert_with(|| (path.join("."), place));
            if other.0 != path.join(".") {
                let what =
                    format!("`{name}` is another import in this file's package, in {}", other.1);
                return Err(PolicyError::file(&file.name, what)
                    .at_span(&import.span)
                    .hint("import one of them under another name, by `as`"));
            }
        }
        Ok(())
    }

    fn text(&self, package: &[String]) -> String {
        let path = |names: &[String]| super::super::rules::path(names);
        let package = path(package);
        let mut text = format!("package {}\n", package.trim_start_matches("data."));
        for keyword in &self.keywords {
            text += &format!("import {keyword}\n");
        }
        for (name, (target, _)) in &self.imports {
            let names: Vec<String> = target.split('.').map(str::to_owned).collect();
            let target = match names.split_first() {
                Some((first, rest)) if first == "data" => path(rest),
                _ => target.clone(),
            };
            text += &format!("import {target} as {name}\n");
        }
        text
    }
}

/// The text with spaces where package and imports stand.
fn without_header(text: &str, module: &Ref<Module>) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let spans = std::iter::once(&module.package.span)
        .chain(module.imports.iter().map(|import| &import.span));
    for span in spans {
        let range = super::span::whole(span, text);
        for byte in bytes.get_mut(range).into_iter().flatten() {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }
    // Spaces in place of whole characters: it is text still.
    String::from_utf8_lossy(&bytes).into_owned()
}
