//! Releases of engines: downloaded, verified, and put where Mayfly finds them.
//!
//! A program lies at `<engines folder>/<program>/<version>/<program>`. It comes there by one rename
//! after its checksum was found right, in a list that the publisher signed: what is there is whole.

mod checksums;
mod download;
mod error;
mod fetch;
pub mod openpgp;
mod place;
mod site;
mod unpack;
mod wanted;

use std::path::{Path, PathBuf};

pub use error::InstallError;
pub use fetch::client;
pub use openpgp::Keys;
pub use place::program_at;
pub use site::{Machine, NoSite, Site};
pub use unpack::UnpackError;
pub use wanted::{NotWanted, Program, Wanted};

use crate::domain::clock::Timestamp;
use download::Download;
use place::Place;
use site::{Files, publishers_keys};

/// Lists of checksums are a few kB.
const LARGEST_SMALL_FILE: usize = 1024 * 1024;

/// What is to be installed, from where, and whom to believe.
pub struct Order<'a> {
    pub wanted: Wanted,
    pub site: Site,
    pub machine: Machine,
    /// The folder that holds a folder for each program.
    pub engines: &'a Path,
    pub trust: Trust,
    pub limits: Limits,
    pub http: reqwest::Client,
    /// Real time: what a signature's age is told by.
    pub now: Timestamp,
}

/// Whose signature is believed.
pub enum Trust {
    /// The publisher's, by the keys that came with Mayfly.
    Publisher,
    /// Another's, who signs for a mirror.
    Keys(Keys),
}

/// How large things may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// An archive, in bytes.
    pub archive: u64,
    /// All that is unpacked of it, in bytes.
    pub unpacked: u64,
    /// Entries of an archive.
    pub files: usize,
}

impl Default for Limits {
    /// Three times the largest: Pulumi's archive has about 150 MB, 500 MB unpacked.
    fn default() -> Limits {
        Limits { archive: 512 << 20, unpacked: 1536 << 20, files: 1000 }
    }
}

/// What happens meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Somebody else installs the same at this moment.
    Waits,
    /// The list of checksums is the publisher's.
    Trusted,
    /// An earlier download is gone on with, from this byte on.
    Resumes { at: u64 },
    /// In bytes; the total is not known of every site.
    Progress { done: u64, total: Option<u64> },
    /// All of it is here and right.
    Unpacks,
}

/// Hears what happens.
pub type Tell<'a> = &'a (dyn Fn(Event) + Send + Sync);

/// How it ended well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Installed {
    /// It was there already.
    Before(PathBuf),
    Now {
        program: PathBuf,
        verified: Verified,
    },
}

/// What was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verified {
    /// The archive by its checksum, the checksums by their signature.
    Signature,
    /// The archive by its checksum alone: the publisher makes no OpenPGP signature.
    Checksum,
}

impl Installed {
    /// Where the program is.
    pub fn program(&self) -> &Path {
        match self {
            Installed::Before(program) | Installed::Now { program, .. } => program,
        }
    }
}

/// Installs it, unless it is there. Of several at once one does the work and all succeed.
pub async fn install(order: &Order<'_>, tell: Tell<'_>) -> Result<Installed, InstallError> {
    let place = Place::new(order.engines, &order.wanted);
    if let Some(program) = place.program() {
        return Ok(Installed::Before(program));
    }
    let files = order.site.files(&order.wanted, order.machine)?;
    let _held = place.lock(tell).await?;
    // Whoever held it may have done the work.
    if let Some(program) = place.program() {
        return Ok(Installed::Before(program));
    }
    let (expected, verified) = published(order, &files, tell).await?;
    let url = address(&files, &files.archive)?;
    let part = place.downloads.join(format!("{}.part", files.archive));
    let download = Download {
        http: &order.http,
        url: &url,
        wanted: order.wanted.to_string(),
        part: part.clone(),
        most: order.limits.archive,
    };
    download.whole(tell).await?;
    let found = tokio::task::spawn_blocking(move || checksums::of_file(&part)).await??;
    if found != expected {
        download.discard()?;
        let file = url.to_string();
        return Err(InstallError::Checksum { file, expected, found });
    }
    tell(Event::Unpacks);
    let archive = download.part.clone();
    let program = order.wanted.program;
    let limits = order.limits;
    let placed = tokio::task::spawn_blocking(move || {
        place.put(|folder| {
            let file = std::fs::File::open(&archive).map_err(InstallError::file(&archive))?;
            let unpacked = unpack::unpack(file, files.packing, program, folder, limits);
            unpacked.map_err(|why| match why {
                UnpackError::Write { path, source } => InstallError::File { path, source },
                why => InstallError::Archive { file: files.archive.clone(), why },
            })
        })
    })
    .await?;
    if matches!(placed, Ok(_) | Err(InstallError::Archive { .. })) {
        // Unpacked, or of no use; when only the room was missing, it is of use.
        download.discard()?;
    }
    Ok(Installed::Now { program: placed?, verified })
}

/// The published checksum of the archive.
async fn published(
    order: &Order<'_>,
    files: &Files,
    tell: Tell<'_>,
) -> Result<(String, Verified), InstallError> {
    let url = address(files, &files.checksums)?;
    let sums = fetch::small(&order.http, &url, LARGEST_SMALL_FILE).await?;
    let sums = sums.ok_or_else(|| InstallError::NoSuchRelease {
        wanted: order.wanted.to_string(),
        url: url.to_string(),
    })?;
    let verified = match &files.signature {
        None => Verified::Checksum,
        Some(name) => {
            let signed = address(files, name)?;
            let signature = fetch::small(&order.http, &signed, LARGEST_SMALL_FILE).await?;
            let signature =
                signature.ok_or_else(|| InstallError::NoSignature { url: signed.to_string() })?;
            let result = keys(order)?.verify(&sums, &signature, order.now);
            result.map_err(|why| InstallError::Signature { url: url.to_string(), why })?;
            tell(Event::Trusted);
            Verified::Signature
        }
    };
    let sum = checksums::find(&sums, &files.archive).ok_or_else(|| InstallError::NotListed {
        sums: url.to_string(),
        file: files.archive.clone(),
    })?;
    Ok((sum, verified))
}

fn keys(order: &Order<'_>) -> Result<Keys, InstallError> {
    match (&order.trust, publishers_keys(order.wanted.program)) {
        (Trust::Keys(keys), _) => Ok(keys.clone()),
        (Trust::Publisher, Some(keys)) => keys.map_err(|why| {
            let what = format!("the key of {}", order.wanted.program.title());
            InstallError::Keys { what, why }
        }),
        (Trust::Publisher, None) => Err(InstallError::Keys {
            what: format!("the key of {}", order.wanted.program.title()),
            why: openpgp::OpenPgpError::NoKey,
        }),
    }
}

fn address(files: &Files, name: &str) -> Result<url::Url, InstallError> {
    let url = files.folder.join(name);
    url.map_err(|_| NoSite::Address(format!("{}{name}", files.folder)).into())
}
