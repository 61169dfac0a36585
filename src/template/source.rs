//! A template as a whole: from a folder, or from the archive that the database kept.

use std::path::{Path, PathBuf};

use super::files::MANIFEST;
use super::hcl::Source;
use super::problem::{Place, Problems};
use super::{
    Archive, EngineKind, Files, Manifest, Problem, VersionDigest, check, pulumi, read, read_engine,
    yaml,
};

/// A template that can be offered.
#[derive(Debug, Clone)]
pub struct Template {
    pub manifest: Manifest,
    /// Where it was read; it may have changed since, and environments are made from the archive.
    pub folder: PathBuf,
    pub version: VersionDigest,
    pub archive: Archive,
}

impl Template {
    /// Reads a folder; with the template come its warnings, without it all that is wrong.
    pub fn read(folder: &Path) -> (Option<Template>, Vec<Problem>) {
        match Files::read(folder) {
            Ok(files) => Template::of(folder, &files),
            Err(error) => {
                let mut problems = Problems::default();
                let hint = "A template is a folder of plain files that Mayfly can read.";
                problems.error(&Place::file(MANIFEST), error.to_string(), hint);
                (None, problems.0)
            }
        }
    }

    /// The template that an archive holds: what an environment was made from.
    pub fn from_archive(archive: &Archive) -> Result<Template, Vec<Problem>> {
        let files = archive.files().map_err(|error| {
            let mut problems = Problems::default();
            let hint = "Restore the database from a backup.";
            problems.error(&Place::file(MANIFEST), error.to_string(), hint);
            problems.0
        })?;
        let (template, problems) = Template::of(Path::new(""), &files);
        template.ok_or(problems)
    }

    fn of(folder: &Path, files: &Files) -> (Option<Template>, Vec<Problem>) {
        let mut problems = Problems::default();
        let manifest = complete(folder, files, &mut problems);
        let archive = match Archive::of(files) {
            Ok(archive) => Some(archive),
            Err(error) => {
                let hint = "Shorten the names of the files.";
                problems.error(&Place::file(MANIFEST), error.to_string(), hint);
                None
            }
        };
        problems.0.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        if problems.any_error() {
            return (None, problems.0);
        }
        let template = manifest.zip(archive).map(|(manifest, archive)| {
            let version = files.digest();
            Template { manifest, folder: folder.into(), version, archive }
        });
        (template, problems.0)
    }
}

fn complete(folder: &Path, files: &Files, problems: &mut Problems) -> Option<Manifest> {
    let place = Place::file(MANIFEST);
    let Some(text) = files.text(MANIFEST) else {
        let hint =
            "Write one: `name`, `title`, `engine` and `ttl` are the least; docs tell the rest.";
        problems.error(&place, format!("there is no {MANIFEST} in UTF-8 here"), hint);
        return None;
    };
    let document = yaml::parse(MANIFEST, text, problems)?;
    let source = match read_engine::engine(&document) {
        Some(EngineKind::Pulumi) => pulumi::source(files, problems),
        engine => Source::read(files, engine.unwrap_or(EngineKind::Terraform), problems),
    };
    let draft = read::manifest(&document, &source, problems)?;
    check::folder_name(folder, &draft, problems);
    check::complete(draft, &source, files, problems)
}
