//! Terraform as the machine has it.

use std::path::PathBuf;

use super::programs;

/// The CLI configuration that tells where the AWS provider lies on this machine: the one that the
/// environment names, if it exists, or else the one that `scripts/test` wrote when it looked.
pub fn cli_config() -> PathBuf {
    let named = std::env::var_os("TF_CLI_CONFIG_FILE").map(PathBuf::from);
    let candidates = named.into_iter().chain([programs::cache().join("terraform.rc")]);
    candidates
        .into_iter()
        .find(|file| file.is_file())
        .expect("error: no CLI configuration of terraform\nhint: `scripts/test` writes one")
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
