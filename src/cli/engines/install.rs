//! `mayfly engines install NAME@VERSION`.

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::app::make_data_folder;
use crate::cli::Settings;
use crate::cli::errors::{fail, fail_all};
use crate::domain::clock::real_now;
use crate::releases::{
    Event, InstallError, Installed, Keys, Limits, Machine, Order, Site, Trust, Verified, Wanted,
    client, install,
};
use crate::slack::roots::trusting_the_system;

#[derive(Debug, clap::Args)]
pub(super) struct Install {
    /// terraform, opentofu or pulumi with a version: opentofu@1.12.6.
    #[arg(value_name = "NAME@VERSION")]
    wanted: String,
    /// A mirror: the address of the folder that is laid out like the publisher's.
    #[arg(long, value_name = "URL")]
    from: Option<String>,
    /// OpenPGP keys that sign for the mirror, instead of the publisher's.
    #[arg(long, value_name = "FILE", requires = "from", hide = true)]
    trust: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

/// Where a release comes from.
#[derive(Debug, Clone, Default)]
pub(in crate::cli) struct Source {
    /// A mirror; the publisher's own site without it.
    pub(in crate::cli) from: Option<String>,
    /// Whose signature is believed there; the publisher's without it.
    pub(in crate::cli) trust: Option<PathBuf>,
}

impl Install {
    pub(super) async fn run(&self) -> ExitCode {
        let config = match self.settings.load() {
            Ok(config) => config,
            Err(errors) => return fail_all(&errors),
        };
        let wanted: Wanted = match self.wanted.parse() {
            Ok(wanted) => wanted,
            Err(error) => return fail(&format!("{error}")),
        };
        if let Err(error) = make_data_folder(&config.data) {
            return fail(&error.to_string());
        }
        let source = Source { from: self.from.clone(), trust: self.trust.clone() };
        match obtain(&wanted, &source, &config.data.join("engines")).await {
            Ok(installed) => {
                println!("{}", told(&wanted, &installed));
                ExitCode::SUCCESS
            }
            Err(error) => fail(&error.to_string()),
        }
    }
}

/// Installs it below `engines` and says on the way how far it is.
pub(in crate::cli) async fn obtain(
    wanted: &Wanted,
    source: &Source,
    engines: &Path,
) -> Result<Installed, InstallError> {
    let site = match &source.from {
        Some(mirror) => Site::at(mirror)?,
        None => Site::of(wanted.program)?,
    };
    let trust = match &source.trust {
        Some(file) => Trust::Keys(keys(file)?),
        None => Trust::Publisher,
    };
    let http = client(trusting_the_system(), &site)?;
    let order = Order {
        wanted: wanted.clone(),
        site,
        machine: Machine::this()?,
        engines,
        trust,
        limits: Limits::default(),
        http,
        now: real_now(),
    };
    let meter = Meter::new(wanted);
    let installed = install(&order, &|event| meter.tell(&event)).await;
    meter.end();
    installed
}

fn keys(file: &Path) -> Result<Keys, InstallError> {
    let read = std::fs::read(file);
    let bytes = read.map_err(|source| InstallError::File { path: file.to_path_buf(), source })?;
    Keys::read(&bytes).map_err(|why| InstallError::Keys { what: file.display().to_string(), why })
}

fn told(wanted: &Wanted, installed: &Installed) -> String {
    let program = installed.program().display();
    match installed {
        Installed::Before(_) => format!("{wanted} is there already: {program}"),
        Installed::Now { verified: Verified::Signature, .. } => {
            format!("{wanted} is installed, checksum and signature are right: {program}")
        }
        Installed::Now { verified: Verified::Checksum, .. } => format!(
            "{wanted} is installed, its checksum is right (it has no OpenPGP signature): {program}"
        ),
    }
}

/// How far it is: one line that changes on a terminal, a line every 10 % elsewhere.
struct Meter {
    what: String,
    is_terminal: bool,
    /// The last step that was told, counted from 1; 0: none yet.
    last: AtomicU64,
}

/// Without a total the bytes themselves are told, in steps of this many.
const STEP: u64 = 10_000_000;

impl Meter {
    fn new(wanted: &Wanted) -> Meter {
        let is_terminal = std::io::stderr().is_terminal();
        Meter { what: wanted.to_string(), is_terminal, last: AtomicU64::new(0) }
    }

    fn tell(&self, event: &Event) {
        match event {
            Event::Waits => self.line("somebody else installs it; waiting until that is done"),
            Event::Trusted => self.line("the list of checksums is signed as it has to be"),
            Event::Resumes { at } => {
                self.line(&format!("going on with an earlier download, from {}", megabytes(*at)));
            }
            Event::Progress { done, total } => self.progress(*done, *total),
            Event::Unpacks => self.line("all of it is here, and its checksum is right"),
        }
    }

    fn progress(&self, done: u64, total: Option<u64>) {
        let total = total.filter(|total| *total > 0);
        let step = match (total, self.is_terminal) {
            (Some(total), true) => done.saturating_mul(100) / total,
            (Some(total), false) => done.saturating_mul(10) / total,
            (None, _) => done / STEP,
        };
        if self.last.swap(step + 1, Ordering::Relaxed) == step + 1 {
            return;
        }
        let text = match total {
            Some(total) => format!(
                "{:>3} %, {} of {}",
                done.saturating_mul(100) / total,
                megabytes(done),
                megabytes(total)
            ),
            None => megabytes(done),
        };
        if self.is_terminal {
            eprint!("\r{}: {text}\x1b[K", self.what);
            // A meter that cannot be shown is no reason to stop.
            let _ = std::io::stderr().flush();
        } else {
            eprintln!("{}: {text}", self.what);
        }
    }

    fn line(&self, text: &str) {
        self.end();
        eprintln!("{}: {text}", self.what);
    }

    /// What is written next begins on a line of its own.
    fn end(&self) {
        if self.last.swap(0, Ordering::Relaxed) > 0 && self.is_terminal {
            eprintln!();
        }
    }
}

fn megabytes(bytes: u64) -> String {
    // Half a percent of error is of no matter here.
    format!("{:.1} MB", bytes as f64 / 1e6)
}
