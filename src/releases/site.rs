//! Where each engine's releases are, and how their files are called.

use url::Url;

use super::openpgp::{Keys, OpenPgpError};
use super::wanted::{Program, Wanted};

/// Terraform's SHA256SUMS are signed with it. Fingerprint C874 011F 0AB4 0511 0D02 1055 3436 5D94
/// 72D7 468F; it holds to 2030-03-01 (<https://www.hashicorp.com/trust/security>).
const HASHICORP: &[u8] = include_bytes!("keys/hashicorp.asc");
/// OpenTofu's. Fingerprint E3E6 E43D 84CB 852E ADB0 051D 0C0A F313 E5FD 9F80; it has no end
/// (<https://get.opentofu.org/opentofu.asc>).
const OPENTOFU: &[u8] = include_bytes!("keys/opentofu.asc");

/// A release site, or a mirror that keeps its layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    base: Url,
}

/// For which machine a program is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// `linux` or `darwin`.
    pub os: &'static str,
    /// `amd64` or `arm64`.
    pub arch: &'static str,
}

/// How a release is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Zip,
    TarGz,
}

/// The files of one release for one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Files {
    /// The folder that they are in, with a slash at its end.
    pub(super) folder: Url,
    pub(super) archive: String,
    pub(super) packing: Packing,
    pub(super) checksums: String,
    /// A detached OpenPGP signature of the checksums, where the publisher makes one.
    pub(super) signature: Option<String>,
}

/// Why there is no such site or file; each ends with what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoSite {
    #[error(
        "`{0}` is no address of a release site\n  hint: write http(s)://host/path/, the folder that is laid out like the publisher's"
    )]
    Address(String),
    #[error(
        "there are no releases for {os} on {arch}\n  hint: install the engine by hand and name it in mayfly.toml under [engines]"
    )]
    Machine { os: &'static str, arch: &'static str },
}

impl Site {
    /// The publisher's own.
    pub fn of(program: Program) -> Result<Site, NoSite> {
        Site::at(match program {
            Program::Terraform => "https://releases.hashicorp.com/terraform/",
            Program::Tofu => "https://github.com/opentofu/opentofu/releases/download/",
            Program::Pulumi => "https://get.pulumi.com/releases/sdk/",
        })
    }

    /// A mirror, with the publisher's layout below this address.
    pub fn at(base: &str) -> Result<Site, NoSite> {
        let bad = || NoSite::Address(base.to_owned());
        // Without the slash its last part would be replaced instead of gone into.
        let folder = if base.ends_with('/') { base.to_owned() } else { format!("{base}/") };
        let base = Url::parse(&folder).map_err(|_| bad())?;
        let is_one = matches!(base.scheme(), "http" | "https") && base.query().is_none();
        if is_one { Ok(Site { base }) } else { Err(bad()) }
    }

    pub(super) fn base(&self) -> &Url {
        &self.base
    }

    pub(super) fn files(&self, wanted: &Wanted, machine: Machine) -> Result<Files, NoSite> {
        let Wanted { program, version } = wanted;
        let Machine { os, arch } = machine;
        let name = program.name();
        let below = match program {
            Program::Terraform => format!("{version}/"),
            Program::Tofu => format!("v{version}/"),
            Program::Pulumi => String::new(),
        };
        let folder = self.base.join(&below).map_err(|_| NoSite::Address(self.base.to_string()))?;
        let sums = format!("{name}_{version}_SHA256SUMS");
        Ok(match program {
            Program::Terraform => Files {
                folder,
                archive: format!("{name}_{version}_{os}_{arch}.zip"),
                packing: Packing::Zip,
                signature: Some(format!("{sums}.sig")),
                checksums: sums,
            },
            Program::Tofu => Files {
                folder,
                archive: format!("{name}_{version}_{os}_{arch}.zip"),
                packing: Packing::Zip,
                signature: Some(format!("{sums}.gpgsig")),
                checksums: sums,
            },
            Program::Pulumi => Files {
                folder,
                archive: format!(
                    "pulumi-v{version}-{os}-{}.tar.gz",
                    if arch == "amd64" { "x64" } else { arch }
                ),
                packing: Packing::TarGz,
                checksums: format!("pulumi-{version}-checksums.txt"),
                // Its releases are signed by Sigstore alone, without a key that could be kept.
                signature: None,
            },
        })
    }
}

impl Machine {
    /// This one.
    pub fn this() -> Result<Machine, NoSite> {
        use std::env::consts::{ARCH, OS};
        let os = match OS {
            "linux" => Some("linux"),
            "macos" => Some("darwin"),
            _ => None,
        };
        let arch = match ARCH {
            "x86_64" => Some("amd64"),
            "aarch64" => Some("arm64"),
            _ => None,
        };
        os.zip(arch)
            .map(|(os, arch)| Machine { os, arch })
            .ok_or(NoSite::Machine { os: OS, arch: ARCH })
    }
}

/// The publisher's keys, as they came with Mayfly; `None` where it signs otherwise.
pub(super) fn publishers_keys(program: Program) -> Option<Result<Keys, OpenPgpError>> {
    match program {
        Program::Terraform => Some(Keys::read(HASHICORP)),
        Program::Tofu => Some(Keys::read(OPENTOFU)),
        Program::Pulumi => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(wanted: &str, machine: Machine) -> (String, Files) {
        let wanted: Wanted = wanted.parse().unwrap();
        let files = Site::of(wanted.program).unwrap().files(&wanted, machine).unwrap();
        (files.folder.join(&files.archive).unwrap().to_string(), files)
    }

    #[test]
    fn files_are_called_as_the_publishers_call_them() {
        let linux = Machine { os: "linux", arch: "amd64" };
        let mac = Machine { os: "darwin", arch: "arm64" };
        let (archive, terraform) = files("terraform@1.11.4", linux);
        assert_eq!(
            archive,
            "https://releases.hashicorp.com/terraform/1.11.4/terraform_1.11.4_linux_amd64.zip"
        );
        assert_eq!(terraform.checksums, "terraform_1.11.4_SHA256SUMS");
        assert_eq!(terraform.signature.unwrap(), "terraform_1.11.4_SHA256SUMS.sig");
        let (archive, tofu) = files("opentofu@1.12.6", mac);
        assert_eq!(
            archive,
            "https://github.com/opentofu/opentofu/releases/download/v1.12.6/tofu_1.12.6_darwin_arm64.zip"
        );
        assert_eq!(tofu.signature.unwrap(), "tofu_1.12.6_SHA256SUMS.gpgsig");
        let (archive, pulumi) = files("pulumi@3.219.0", linux);
        assert_eq!(archive, "https://get.pulumi.com/releases/sdk/pulumi-v3.219.0-linux-x64.tar.gz");
        assert_eq!(pulumi.checksums, "pulumi-3.219.0-checksums.txt");
        assert_eq!(pulumi.signature, None);
        assert!(files("pulumi@3.219.0", mac).0.ends_with("-darwin-arm64.tar.gz"));
    }

    #[test]
    fn a_mirror_has_an_address() {
        let site = Site::at("http://mirror.example/engines").unwrap();
        let tofu: Wanted = "tofu@1.12.6".parse().unwrap();
        let files = site.files(&tofu, Machine { os: "linux", arch: "arm64" }).unwrap();
        assert_eq!(files.folder.as_str(), "http://mirror.example/engines/v1.12.6/");
        for bad in ["", "mirror", "ftp://mirror/", "file:///x", "http://mirror/?x=1"] {
            assert!(Site::at(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_publishers_keys_can_be_read() {
        assert!(publishers_keys(Program::Terraform).unwrap().is_ok());
        assert!(publishers_keys(Program::Tofu).unwrap().is_ok());
    }
}
