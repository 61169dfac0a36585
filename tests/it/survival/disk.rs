//! The disk of the bot's data folder fills up while an engine works, SQLite's database on it.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mayfly::playground::Message;

use super::bot::{Bot, Installation};
use super::subjects::Subject;
use crate::e2e::pages::Browser;
use crate::e2e::people::Player;
use crate::e2e::stage::PATIENCE;
use crate::support::{database, say};

/// Mounts a small disk of its own on the folder that is its first argument, and becomes the rest.
const ON_A_SMALL_DISK: &str =
    "mount -t tmpfs -o size=24m,mode=0700 tmpfs \"$1\" && shift && exec \"$@\"";

/// The wrapper, as whoever runs the tests may use it.
fn own_mounts() -> Command {
    let mut command = Command::new("unshare");
    command.arg("--mount");
    if !rustix::process::geteuid().is_root() {
        command.args(["--user", "--map-root-user"]);
    }
    command
}

fn can_mount(folder: &Path) -> bool {
    let mut command = own_mounts();
    command.args(["sh", "-c", ON_A_SMALL_DISK, "sh"]).arg(folder).arg("true");
    command.output().is_ok_and(|output| output.status.success())
}

/// A bot whose data folder is a small disk, as only it sees it.
struct Small {
    bot: Bot,
    /// The data folder, from outside.
    data: PathBuf,
}

impl Small {
    fn start(installation: &Installation) -> Small {
        let data = installation.data("one");
        let (bot, log) = installation.command("one", "serve", "");
        let mut command = own_mounts();
        command.args(["sh", "-c", ON_A_SMALL_DISK, "sh"]).arg(&data);
        command.arg(bot.get_program()).args(bot.get_args()).env_clear();
        command.envs(bot.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.env("MAYFLY_DATABASE_URL", format!("sqlite:{}", data.join("mayfly.db").display()));
        command.env("MAYFLY_RUNS_LEAST_FREE_MIB", "2");
        command.current_dir(installation.folder()).stdin(Stdio::null()).stdout(Stdio::null());
        let log_file = std::fs::OpenOptions::new().create(true).append(true).open(&log);
        command.stderr(log_file.expect("it can be opened"));
        let bot = Bot::spawn(command, log);
        let data = format!("/proc/{}/root{}", bot.pid(), data.display()).into();
        Small { bot, data }
    }

    fn times(&self, word: &str) -> usize {
        let trace = std::fs::read_to_string(self.data.join("trace")).unwrap_or_default();
        trace.lines().filter(|line| *line == word).count()
    }

    async fn traces(&self, word: &str) {
        let begun = Instant::now();
        while self.times(word) == 0 {
            assert!(begun.elapsed() < PATIENCE, "no `{word}`:\n{}", self.bot.told());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// To the last byte, also what is given free meanwhile.
    fn fills(&self) {
        let file = std::fs::File::options().create(true).append(true).open(self.data.join("fill"));
        let mut file = file.expect("there is room");
        for chunk in [vec![1u8; 1 << 16], vec![1u8; 512]] {
            while file.write_all(&chunk).is_ok() {}
        }
    }

    fn is_freed(&self) {
        std::fs::remove_file(self.data.join("fill")).expect("it is there");
    }
}

/// When there is room again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    /// While the engine still works.
    Meanwhile,
    /// When it has ended, and could not write what it did.
    Late,
}

async fn is_survived(room: Room) {
    let installation =
        Installation::new(database::sqlite().await, Subject::Counted, |text| text).await;
    std::fs::create_dir(installation.data("one")).expect("made");
    if !can_mount(&installation.data("one")) {
        say("NOT RUN: survival::disk: the kernel lets nobody mount a disk of their own here");
        return;
    }
    let mut small = Small::start(&installation);
    small.bot.says("Socket Mode is connected").await;
    let ready = format!("{}/readyz", small.bot.address().await);
    let alice = Player::of(installation.slack.person("alice"));
    let order = alice.orders("counted", &[("in_seconds", "6".into())]).await;
    small.traces("made").await;

    small.fills();
    small.bot.says("has no room left").await;
    let page = Browser::new().gets(&ready).await;
    assert_eq!(page.status.as_u16(), 503, "{}", page.text);
    assert!(page.text.contains("has no room left"), "{}", page.text);
    let listed = alice.asks("list").await;
    assert!(listed.says(&order.name), "{}", listed.plain());
    small.bot.says("full").await;
    let full = Instant::now();
    while full.elapsed() < Duration::from_secs(if room == Room::Late { 8 } else { 2 }) {
        small.fills();
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(small.bot.is_running(), "{}", small.bot.told());
    small.is_freed();

    let ready_or_gone = |m: &Message| m.says("is ready") || m.says("its state is empty");
    let told = alice.waits("an end", |s| s.dm.iter().find(|m| ready_or_gone(m)).cloned()).await;
    assert!(room == Room::Late || told.says("is ready"), "{}", told.plain());
    if told.says("is ready") {
        // It found room for the last byte of its state all the same.
        order.is_ready().await;
        order.is_destroyed().await;
    }
    let counted = ["made", "gone"].map(|word| small.times(word));
    assert_eq!(counted, [1, 1], "{}", small.bot.told());
    let page = Browser::new().gets(&ready).await;
    assert_eq!((page.status.as_u16(), page.text.as_str()), (200, "ready\n"));
    small.bot.ends().await;
    drop(small);
    installation.ends().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_harms_no_engine_that_works_meanwhile() {
    is_survived(Room::Meanwhile).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_cannot_write_what_it_made_is_cleaned_up_behind() {
    is_survived(Room::Late).await;
}

impl Drop for Small {
    fn drop(&mut self) {
        if std::thread::panicking() {
            say(&self.bot.told());
        }
    }
}
