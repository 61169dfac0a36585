//! The child that a scanner is: its folder, its limits, and its end.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::Command;

use super::{Call, Place, Scanner};

/// Of a report; checkov takes a kilobyte or two for each thing that it finds.
const LONGEST_REPORT: usize = 64 << 20;
/// Of what it complains: the last of it says why it ended.
const LONGEST_COMPLAINT: usize = 4096;
/// So many are kept busy by one that does several things at once.
const CORES: u64 = 4;
/// Of the line of its complaint that people see, in characters.
const LONGEST_LINE: usize = 300;

/// A folder with a plan in it, for one scanner. It goes with this value.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Makes it anew: a scan that was broken off may have left one.
    pub fn make(path: &Path, name: &str, plan: &Value) -> Result<Folder, String> {
        let wrong = |error: std::io::Error| format!("{}: {error}", path.display());
        let folder = Folder(path.to_path_buf());
        folder.remove().map_err(wrong)?;
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(wrong)?;
        let file =
            OpenOptions::new().write(true).create_new(true).mode(0o600).open(path.join(name));
        let text = plan.to_string();
        file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(wrong)?;
        Ok(folder)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    fn remove(&self) -> std::io::Result<()> {
        match std::fs::remove_dir_all(&self.0) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = self.remove() {
            tracing::warn!(folder = %self.0.display(), %error, "a scanner's folder is left");
        }
    }
}

/// Ends whatever a scanner has started, when the scan is over or nobody waits for it any more.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        // One that is gone already needs no end.
        let _ = self.0.map(|group| kill_process_group(group, Signal::KILL));
    }
}

/// Runs a scanner and returns what it prints.
///
/// # Errors
/// What became of it, in words that follow a colon: it does not start, took too much, failed.
pub(super) async fn run(
    place: &Place,
    scanner: &Scanner,
    call: Call,
    folder: &Path,
) -> Result<Vec<u8>, String> {
    let mut command = Command::new(&place.exe);
    command.arg("policy-eval").arg("--memory-bytes").arg(scanner.memory_bytes.to_string());
    // More than there is time for on a few cores; it ends a scanner whose bot has died.
    let seconds = CORES * scanner.time.as_secs().max(1);
    command.arg("--cpu-seconds").arg(seconds.to_string());
    command.arg("--").arg(&scanner.program).args(call.args);
    command.env_clear().envs(call.env).env("PATH", &place.path);
    // Nothing that lies in the bot's own home configures it, and all that it leaves goes with its folder.
    command.env("HOME", folder).env("TMPDIR", folder).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.process_group(0).kill_on_drop(true);
    let mut child = command
        .spawn()
        .map_err(|error| format!("`{}` does not start: {error}", place.exe.display()))?;
    let _group = Group(child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)));
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let talk = async {
        let (out, complaint) = tokio::join!(whole(stdout), last(stderr));
        let out = out?;
        let status = child.wait().await.map_err(|error| error.to_string())?;
        Ok::<_, String>((status, out, complaint))
    };
    let (status, out, complaint) = tokio::time::timeout(scanner.time, talk)
        .await
        .map_err(|_| format!("it did not end within {:.1} s", scanner.time.as_secs_f64()))??;
    match status.success() {
        true => Ok(out),
        false => Err(how_it_ended(status, seconds, &String::from_utf8_lossy(&complaint))),
    }
}

/// All that it says, unless that is too much.
async fn whole(stream: Option<impl AsyncRead + Unpin>) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        let most = LONGEST_REPORT as u64 + 1;
        stream.take(most).read_to_end(&mut bytes).await.map_err(|error| error.to_string())?;
    }
    match bytes.len() > LONGEST_REPORT {
        true => Err(format!("its report is longer than {} MB", LONGEST_REPORT >> 20)),
        false => Ok(bytes),
    }
}

/// The last that it says. The rest is read as well: one that nobody listens to would stop.
async fn last(stream: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let (mut kept, mut chunk) = (Vec::new(), [0u8; LONGEST_COMPLAINT]);
    let Some(mut stream) = stream else { return kept };
    // What cannot be read is no reason to think otherwise of its report.
    while let Ok(read @ 1..) = stream.read(&mut chunk).await {
        kept.extend_from_slice(&chunk[..read]);
        kept.drain(..kept.len().saturating_sub(LONGEST_COMPLAINT));
    }
    kept
}

fn how_it_ended(status: ExitStatus, seconds: u64, complaint: &str) -> String {
    let said = complaint.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
    let said: String = said.trim_end_matches('.').chars().take(LONGEST_LINE).collect();
    let said = if said.is_empty() { said } else { format!(": {said}") };
    match status.signal() {
        Some(24) => format!("it took more than {seconds} s of processor time"),
        Some(signal) => format!("it was ended by signal {signal}{said}"),
        None => format!("it ended with code {}{said}", status.code().unwrap_or(-1)),
    }
}
