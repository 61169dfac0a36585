//! Why nothing was installed; each error is one line, and one with what to do.

use std::io::ErrorKind;
use std::path::PathBuf;

use super::openpgp::{BadSignature, OpenPgpError};
use super::site::NoSite;
use super::unpack::UnpackError;
use super::wanted::NotWanted;

#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    #[error(transparent)]
    Wanted(#[from] NotWanted),
    #[error(transparent)]
    Site(#[from] NoSite),
    #[error("the HTTP client cannot be made: {0}\n  hint: check the system's certificates")]
    Client(String),
    #[error(
        "there is no {wanted} at {url} (404)\n  hint: look for the version on the publisher's release page; a mirror has to be laid out like that"
    )]
    NoSuchRelease { wanted: String, url: String },
    #[error(
        "{url} cannot be reached: {why}\n  hint: check the network, or name a mirror by --from URL; HTTPS_PROXY is heeded"
    )]
    Unreachable { url: String, why: String },
    #[error("{url} answers {status}\n  hint: try again later, or name a mirror by --from URL")]
    Refused { url: String, status: u16 },
    #[error(
        "the download of {url} broke off after {have} bytes: {why}\n  hint: run the same again: it goes on from there"
    )]
    BrokeOff { url: String, have: u64, why: String },
    #[error("{url} is larger than {most} bytes\n  hint: see what the site serves there")]
    TooLarge { url: String, most: u64 },
    #[error(
        "{sums} does not list {file}\n  hint: this version may not be released for this machine; choose another"
    )]
    NotListed { sums: String, file: String },
    #[error(
        "{file} is not what was published: its SHA-256 is {found}, and {expected} was published; nothing is kept\n  hint: run the same again; if it stays so, something between here and the site changes files"
    )]
    Checksum { file: String, expected: String, found: String },
    #[error("{url} is not to be trusted: {why}\n  hint: {}", hint_for(.why))]
    Signature { url: String, why: BadSignature },
    #[error(
        "{url} is not there, and nothing is installed without the publisher's signature\n  hint: have the mirror serve this file too"
    )]
    NoSignature { url: String },
    #[error("{what} cannot be used: {why}\n  hint: give a file of OpenPGP public keys")]
    Keys { what: String, why: OpenPgpError },
    #[error("{file}: {why}; nothing is installed\n  hint: see what the site serves there")]
    Archive { file: String, why: UnpackError },
    #[error("{}: {source}\n  hint: {}", .path.display(), cure(.source))]
    File { path: PathBuf, source: std::io::Error },
    #[error(
        "{} is there, and has no program in it\n  hint: remove that folder and run the same again",
        .0.display()
    )]
    InTheWay(PathBuf),
    #[error("the work was broken off: {0}\n  hint: run the same again")]
    Task(#[from] tokio::task::JoinError),
}

impl InstallError {
    pub(super) fn file(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> InstallError {
        let path = path.into();
        move |source| InstallError::File { path, source }
    }
}

fn hint_for(why: &BadSignature) -> &'static str {
    match why {
        BadSignature::OtherKey(_) | BadSignature::KeyDidNotHold { .. } => {
            "a newer Mayfly may know a newer key of the publisher's; do not install it otherwise"
        }
        BadSignature::OfTheFuture(_) => "set this machine's clock",
        _ => {
            "run the same again; if it stays so, something between here and the site changes files"
        }
    }
}

fn cure(source: &std::io::Error) -> &'static str {
    match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            "make room (an engine takes up to 1 GB while it is unpacked) and run the same again"
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "run it as the user who may write there, or name another folder by `data` in mayfly.toml"
        }
        _ => "check this path, and run the same again",
    }
}
