//! Terraform as the machine has it.

use std::path::{Path, PathBuf};
use std::sync::Once;

use super::programs;

/// The CLI configuration that tells where the AWS provider lies on this machine: the one that the
/// environment names, if it exists, or else the one that `scripts/test` wrote when it looked.
pub fn cli_config() -> PathBuf {
    let file = named_cli_config();
    static READ: Once = Once::new();
    READ.call_once(|| read_through(&mirror(&file)));
    file
}

/// Reads what lies there once, from one end to the other. The provider has 700 MB: engines that start several of
/// it at once from a cold disk, each at its own place in the file, read for longer than a test waits.
fn read_through(folder: &Path) {
    for entry in std::fs::read_dir(folder).expect("a mirror can be read").flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_through(&path);
        } else {
            let mut file = std::fs::File::open(path).expect("what is in a mirror can be read");
            std::io::copy(&mut file, &mut std::io::sink()).expect("to its end");
        }
    }
}

/// The mirror that a CLI configuration names.
fn mirror(cli_config: &Path) -> PathBuf {
    let text = std::fs::read_to_string(cli_config).expect("it can be read");
    let quoted = text.split("path").nth(1).and_then(|rest| rest.split('"').nth(1));
    Path::new(quoted.expect("it names a mirror")).join("registry.terraform.io/hashicorp/aws")
}

fn named_cli_config() -> PathBuf {
    let named = std::env::var_os("TF_CLI_CONFIG_FILE").map(PathBuf::from);
    let candidates = named.into_iter().chain([programs::cache().join("terraform.rc")]);
    candidates
        .into_iter()
        .find(|file| file.is_file())
        .expect("error: no CLI configuration of terraform\nhint: `scripts/test` writes one")
}

/// The same for a program, written into `folder`: OpenTofu looks for the provider under the name of its own
/// registry, so that it gets a mirror of links.
pub fn cli_config_for(program: &str, folder: &Path) -> PathBuf {
    let named = cli_config();
    if program != "tofu" {
        return named;
    }
    let theirs = mirror(&named);
    let ours = folder.join("mirror/registry.opentofu.org/hashicorp/aws");
    for version in std::fs::read_dir(&theirs).expect("the mirror has the provider").flatten() {
        let target = ours.join(version.file_name());
        if !version.path().is_dir() {
            std::fs::create_dir_all(&ours).expect("made");
            std::os::unix::fs::symlink(version.path(), target).expect("linked");
            continue;
        }
        // Only the last folder may be a link.
        std::fs::create_dir_all(&target).expect("made");
        for platform in std::fs::read_dir(version.path()).expect("it can be read").flatten() {
            let link = target.join(platform.file_name());
            std::os::unix::fs::symlink(platform.path(), link).expect("linked");
        }
    }
    let file = folder.join("tofu.rc");
    let mirror = folder.join("mirror");
    let text = format!(
        "provider_installation {{\n  filesystem_mirror {{\n    path = \"{}\"\n  }}\n}}\n",
        mirror.display()
    );
    std::fs::write(&file, text).expect("written");
    file
}

#[test]
fn the_aws_provider_is_found_without_the_registry() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let source =
        "terraform {\n  required_providers {\n    aws = { source = \"hashicorp/aws\" }\n  }\n}\n";
    std::fs::write(folder.path().join("main.tf"), source).expect("it can be written");
    let program = programs::find("terraform", &[])
        .expect("error: `terraform` is not on the PATH\nhint: https://developer.hashicorp.com/terraform/install");
    let done = std::process::Command::new(program)
        .args(["init", "-input=false", "-no-color"])
        .current_dir(folder.path())
        .env("TF_CLI_CONFIG_FILE", cli_config())
        .env("CHECKPOINT_DISABLE", "1")
        .output()
        .expect("terraform can be started");
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{told}");
    let lock =
        std::fs::read_to_string(folder.path().join(".terraform.lock.hcl")).expect("is there");
    assert!(lock.contains("registry.terraform.io/hashicorp/aws"), "{lock}");
}
