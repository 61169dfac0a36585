//! `.manifest`: what a folder of policies says of itself, as `opa build` writes it.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::{PolicyError, RegoVersion};

/// Which Rego the files of a folder are.
#[derive(Debug)]
pub(super) struct Versions {
    usual: RegoVersion,
    files: BTreeMap<String, RegoVersion>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Manifest {
    rego_version: Option<u8>,
    file_rego_versions: BTreeMap<String, u8>,
}

impl Versions {
    /// By the folder's `.manifest`; what it does not say is `usual`.
    pub fn of(folder: &Path, usual: RegoVersion) -> Result<Versions, PolicyError> {
        let path = folder.join(".manifest");
        if !path.is_file() {
            return Ok(Versions { usual, files: BTreeMap::new() });
        }
        let wrong = |what: String| PolicyError::file(path.display().to_string(), what);
        let text = std::fs::read_to_string(&path)
            .map_err(|error| wrong(format!("it cannot be read: {error}")))?;
        let manifest: Manifest = serde_json::from_str(&text)
            .map_err(|error| wrong(format!("it is no manifest of a bundle: {error}")))?;
        let version = |number: u8| match number {
            0 => Ok(RegoVersion::V0),
            1 => Ok(RegoVersion::V1),
            other => Err(wrong(format!("`rego_version` is {other}")).hint("write 0 or 1")),
        };
        let usual = manifest.rego_version.map_or(Ok(usual), version)?;
        let files = manifest.file_rego_versions.into_iter();
        let files = files.map(|(file, number)| Ok((file, version(number)?)));
        Ok(Versions { usual, files: files.collect::<Result<_, PolicyError>>()? })
    }

    /// Of a file by its path within the folder. A name of the manifest may hold `*`, and the longest that fits
    /// says it.
    pub fn of_file(&self, inside: &Path) -> RegoVersion {
        let path = format!("/{}", inside.display());
        let fitting = self.files.iter().filter(|(name, _)| fits(name, &path));
        fitting.max_by_key(|(name, _)| name.len()).map_or(self.usual, |(_, version)| *version)
    }
}

fn fits(name: &str, path: &str) -> bool {
    let name = format!("/{}", name.trim_start_matches('/'));
    let Some((start, end)) = name.split_once('*') else {
        return name == path;
    };
    path.len() >= start.len() + end.len()
        && path.starts_with(start)
        && path.ends_with(end.trim_start_matches('*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_says_the_version_of_all_and_of_single_files() {
        let folder = tempfile::tempdir().unwrap();
        let text = r#"{"revision": "7", "rego_version": 0, "file_rego_versions": {"/new/*.rego": 1, "/new/old.rego": 0}}"#;
        std::fs::write(folder.path().join(".manifest"), text).unwrap();
        let versions = Versions::of(folder.path(), RegoVersion::V1).unwrap();
        let of = |path: &str| versions.of_file(Path::new(path));
        assert_eq!(of("a.rego"), RegoVersion::V0);
        assert_eq!(of("new/a.rego"), RegoVersion::V1);
        assert_eq!(of("new/old.rego"), RegoVersion::V0);
    }

    #[test]
    fn what_is_no_version_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".manifest"), r#"{"rego_version": 2}"#).unwrap();
        let error = Versions::of(folder.path(), RegoVersion::V1).unwrap_err();
        assert!(error.to_string().contains("`rego_version` is 2"), "{error}");
        assert!(error.to_string().contains("write 0 or 1"), "{error}");
    }
}
