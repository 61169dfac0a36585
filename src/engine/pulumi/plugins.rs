//! Which plugins are here.

use std::path::{Path, PathBuf};

/// The plugins of `wanted` (`language:yaml`, `resource:command`) that this machine does not have: a
/// template that needs one cannot be run. They are sought where Pulumi itself does: beside the program,
/// on the `PATH`, and among the installed ones (`<plugins>/resource-command-v1.0.0`).
pub fn missing_plugins<'a>(
    wanted: impl IntoIterator<Item = &'a str>,
    program: &Path,
    plugins: Option<&Path>,
) -> Vec<String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.extend(program.parent().map(Path::to_path_buf));
    let installed: Vec<String> = plugins
        .and_then(|folder| std::fs::read_dir(folder).ok())
        .map(|entries| entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()))
        .into_iter()
        .flatten()
        .collect();
    let here = |kind: &str, name: &str| {
        let file = format!("pulumi-{kind}-{name}");
        let prefix = format!("{kind}-{name}-v");
        folders.iter().any(|folder| folder.join(&file).is_file())
            || installed.iter().any(|entry| entry.starts_with(&prefix) && !entry.contains(".lock"))
    };
    wanted
        .into_iter()
        .filter(|plugin| plugin.split_once(':').is_some_and(|(kind, name)| !here(kind, name)))
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plugin_is_found_beside_the_program_and_among_the_installed() {
        let folder = tempfile::tempdir().unwrap();
        let (bin, plugins) = (folder.path().join("bin"), folder.path().join("plugins"));
        std::fs::create_dir_all(plugins.join("resource-aws-v6.1.0")).unwrap();
        std::fs::write(plugins.join("resource-random-v4.0.0.lock"), "").unwrap();
        std::fs::create_dir(&bin).unwrap();
        std::fs::write(bin.join("pulumi-language-yaml"), "").unwrap();
        let wanted = ["language:yaml", "resource:aws", "resource:random", "resource:nobodys"];
        let missing =
            |plugins: Option<&Path>| missing_plugins(wanted, &bin.join("pulumi"), plugins);
        assert_eq!(missing(Some(&plugins)), ["resource:random", "resource:nobodys"]);
        assert_eq!(missing(None), ["resource:aws", "resource:random", "resource:nobodys"]);
    }
}
