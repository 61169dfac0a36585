//! All templates of a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::problem::{Place, Problems, nearest};
use super::{Problem, Template};

/// The templates that can be offered, and what is wrong with the others.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    folder: PathBuf,
    templates: BTreeMap<String, Arc<Template>>,
    broken: BTreeMap<String, Vec<Problem>>,
}

/// A catalog just read.
#[derive(Debug)]
pub struct Loaded {
    pub catalog: Catalog,
    /// Of all templates, errors and warnings; files are below the catalog's folder.
    pub problems: Vec<Problem>,
}

impl Catalog {
    /// Reads every folder in `folder` that does not begin with a dot.
    pub fn load(folder: &Path) -> Loaded {
        let mut catalog = Catalog { folder: folder.into(), ..Catalog::default() };
        let mut problems = Vec::new();
        let folders = match folders_in(folder) {
            Ok(folders) => folders,
            Err(error) => {
                let mut found = Problems::default();
                let hint = "Name the folder that holds the templates' folders.";
                found.error(&Place::default(), format!("cannot read it: {error}"), hint);
                problems.extend(below(folder, found.0));
                return Loaded { catalog, problems };
            }
        };
        for path in folders {
            let (template, found) = Template::read(&path);
            let found: Vec<Problem> = below(&path, found).collect();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            match template {
                Some(template) => {
                    catalog.templates.insert(name, Arc::new(template));
                }
                None => {
                    catalog.broken.insert(name, found.clone());
                }
            }
            problems.extend(found);
        }
        Loaded { catalog, problems }
    }

    /// The same folder, read anew.
    pub fn reload(&self) -> Loaded {
        Catalog::load(&self.folder)
    }

    pub fn get(&self, name: &str) -> Option<&Arc<Template>> {
        self.templates.get(name)
    }

    /// All that can be offered, by name.
    pub fn list(&self) -> impl Iterator<Item = &Arc<Template>> {
        self.templates.values()
    }

    /// What keeps the template of that name from being offered; empty when nothing does.
    pub fn problems_of(&self, name: &str) -> &[Problem] {
        self.broken.get(name).map_or(&[], Vec::as_slice)
    }

    /// The name that a mistyped one most likely stands for.
    pub fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.templates.keys().map(String::as_str))
    }
}

/// Everything that is wrong with the template in `folder`: what `mayfly template lint` prints.
pub fn lint(folder: &Path) -> Vec<Problem> {
    below(folder, Template::read(folder).1).collect()
}

fn folders_in(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path.file_name().is_some_and(|n| n.to_string_lossy().starts_with('.'));
        // A folder without a manifest that has source is a template somebody has not finished.
        if path.is_dir() && !hidden {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(folders)
}

fn below(folder: &Path, problems: Vec<Problem>) -> impl Iterator<Item = Problem> {
    problems.into_iter().map(move |problem| {
        let file = folder.join(&problem.file);
        Problem { file, ..problem }
    })
}
