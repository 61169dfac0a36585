//! Engines installed from a server that stands for their release sites.

mod cli;
mod hostile;
mod install;
mod signed;
mod signer;
mod site;

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use mayfly::domain::clock::real_now;
use mayfly::releases::{
    Event, InstallError, Installed, Keys, Limits, Machine, Order, Site, Trust, client,
};
use site::TestSite;

/// A site, and a folder for engines.
struct Stage {
    site: TestSite,
    folder: tempfile::TempDir,
    limits: Limits,
    events: Mutex<Vec<Event>>,
}

impl Stage {
    async fn new() -> Stage {
        crate::support::install_tls();
        Stage {
            site: TestSite::start().await,
            folder: tempfile::tempdir().expect("a folder"),
            limits: Limits::default(),
            events: Mutex::default(),
        }
    }

    fn engines(&self) -> PathBuf {
        self.folder.path().join("engines")
    }

    async fn install(&self, wanted: &str) -> Result<Installed, InstallError> {
        let keys = Keys::read(&self.site.signer.public_key()).expect("is a key");
        self.install_with(wanted, &self.site.url, Trust::Keys(keys)).await
    }

    async fn install_with(
        &self,
        wanted: &str,
        from: &str,
        trust: Trust,
    ) -> Result<Installed, InstallError> {
        let site = Site::at(from)?;
        let tls = mayfly::slack::roots::trusting_the_system();
        let order = Order {
            wanted: wanted.parse()?,
            http: client(tls, &site)?,
            site,
            machine: Machine::this()?,
            engines: &self.engines(),
            trust,
            limits: self.limits,
            now: real_now(),
        };
        let tell = |event| self.events.lock().expect("nothing panics under it").push(event);
        mayfly::releases::install(&order, &tell).await
    }

    /// The error of an installation that must not succeed, as a person reads it; nothing is there.
    async fn refused(&self, wanted: &str) -> String {
        let error = self.install(wanted).await.expect_err("must not succeed");
        assert_eq!(self.left(), Vec::<String>::new(), "{error}");
        let text = error.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines.len() == 2 && lines[1].starts_with("  hint: "), "{text}");
        text
    }

    /// All files below the folder of engines, except empty locks.
    fn left(&self) -> Vec<String> {
        let mut files = Vec::new();
        walk(&self.engines(), &mut files);
        let name = |file: PathBuf| {
            let below = file.strip_prefix(self.engines()).expect("is below").to_path_buf();
            below.display().to_string()
        };
        let mut names: Vec<String> = files.into_iter().map(name).collect();
        names.retain(|name| !name.ends_with(".lock"));
        names.sort();
        names
    }

    fn events(&self) -> Vec<Event> {
        self.events.lock().expect("nothing panics under it").clone()
    }
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() { walk(&path, files) } else { files.push(path) }
    }
}
