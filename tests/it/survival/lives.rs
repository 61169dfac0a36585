//! Whole lives of an environment, led by somebody who tries again when nothing comes of it.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use mayfly::domain::environment::Status;
use mayfly::playground::{Input, Message};
use mayfly::process::Identity;
use mayfly::store::Tx;
use rustix::process::{Pid, Signal, kill_process};

use super::bot::{Bot, Installation};
use crate::e2e::people::{CHANNEL, Player};
use crate::e2e::stage::files;

/// After so long without an answer a person tries once more.
const TRIES_AGAIN: Duration = Duration::from_secs(4);

/// A way to live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Life {
    /// Made, looked at, extended, destroyed by hand.
    ByHand,
    /// Made, warned of its end, and reaped.
    Reaped,
    /// Called off while it is made.
    CalledOff,
    /// It cannot be made.
    Fails,
    /// Compared, and put back as its template says.
    PutBack,
    /// Throttled while it is planned; what destroys it fails until somebody has mended it, and tries once more.
    Troubled,
    /// The machine that makes it is gone for good.
    LostSightOf,
}

impl Life {
    pub const ALL: [Life; 6] =
        [Life::ByHand, Life::Reaped, Life::CalledOff, Life::Fails, Life::PutBack, Life::Troubled];

    /// The template's manifest as this life wants it.
    pub fn manifest(self, text: String) -> String {
        match self {
            Life::Reaped => text
                .replace("default: 4h", "default: 3s")
                .replace("grace: 15m", "grace: 1s")
                .replace("warnings: [1h]", "warnings: [2s]"),
            _ => text,
        }
    }

    /// The statuses that it goes through.
    pub fn statuses(self) -> &'static [&'static str] {
        match self {
            Life::ByHand | Life::Reaped => &["provisioning", "ready", "destroying", "destroyed"],
            Life::CalledOff | Life::Fails | Life::LostSightOf => {
                &["provisioning", "failed", "destroying", "destroyed"]
            }
            Life::PutBack => {
                &["provisioning", "ready", "updating", "ready", "destroying", "destroyed"]
            }
            Life::Troubled => {
                &["provisioning", "ready", "destroying", "quarantined", "destroying", "destroyed"]
            }
        }
    }

    /// The runs, by kind and end.
    pub fn runs(self) -> &'static [&'static str] {
        match self {
            Life::ByHand | Life::Reaped => &["create succeeded", "destroy succeeded"],
            Life::CalledOff => &["create cancelled", "destroy succeeded"],
            Life::Fails | Life::LostSightOf => &["create failed", "destroy succeeded"],
            Life::PutBack => {
                &["create succeeded", "drift succeeded", "update succeeded", "destroy succeeded"]
            }
            Life::Troubled => &[
                "create succeeded",
                "destroy failed",
                "destroy failed",
                "destroy failed",
                "destroy succeeded",
            ],
        }
    }

    /// How many messages of its thread say what another said before, of another run.
    pub fn repeats(self) -> usize {
        match self {
            // The second and the third destroy come equally far.
            Life::Troubled => 1,
            _ => 0,
        }
    }

    /// What its thread has to say between the plan and the receipt, each at least once.
    pub fn says(self) -> &'static [&'static str] {
        match self {
            Life::ByHand => &["is ready", "extended it by"],
            Life::Reaped => &["is ready", "⏰"],
            Life::CalledOff => &["is cancelled"],
            Life::Fails | Life::LostSightOf => &["it failed at"],
            Life::PutBack => &["is ready", "No drift"],
            Life::Troubled => &["is ready", "is not tried again by itself"],
        }
    }

    fn inputs(self) -> Vec<(&'static str, Input)> {
        match self {
            Life::CalledOff => vec![("in_seconds", "600".into())],
            Life::Fails => vec![("in_fails", Input::Option("Yes".into()))],
            _ => Vec::new(),
        }
    }
}

/// One life, as it is being led.
pub struct Led<'a> {
    pub installation: &'a Installation,
    pub life: Life,
    alice: Player,
    begun: Instant,
    longest: Duration,
    /// What was done last, and when.
    last: Mutex<Option<(&'static str, Instant)>>,
}

impl<'a> Led<'a> {
    pub fn new(installation: &'a Installation, life: Life) -> Led<'a> {
        let alice = Player::of(installation.slack.person("alice"));
        let longest = installation.subject.longest();
        Led { installation, life, alice, begun: Instant::now(), longest, last: Mutex::default() }
    }

    /// One that may take so long.
    pub fn within(self, longest: Duration) -> Led<'a> {
        Led { longest, ..self }
    }

    /// From the command to the receipt, whatever happens to the bot meanwhile; `tend` looks after it.
    pub async fn lead(&self, mut tend: impl FnMut()) {
        while !self.is_over().await {
            tend();
            self.goes_on().await;
        }
    }

    /// Does what is to be done now, if anything is.
    pub async fn goes_on(&self) {
        let late = self.begun.elapsed() > self.longest;
        assert!(!late, "{:?} does not come to its end: {}", self.life, self.stands().await);
        let last = *self.last.lock().expect("nobody panics with it");
        if let Some(step) = self.next_step().await
            && last.is_none_or(|(done, at)| done != step || at.elapsed() > TRIES_AGAIN)
        {
            self.does(step).await;
            *self.last.lock().expect("nobody panics with it") = Some((step, Instant::now()));
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
    }

    /// What its owner would do now.
    async fn next_step(&self) -> Option<&'static str> {
        let Some(status) = self.status().await else { return Some("order") };
        let live = self.count("SELECT count(*) FROM runs WHERE status IN ('queued', 'running')");
        match (self.life, status) {
            (Life::CalledOff, Status::Provisioning) => {
                self.trace().contains("made").then_some("cancel")
            }
            (Life::ByHand, Status::Ready) if self.extended().await == 0 => Some("extend"),
            (Life::ByHand, Status::Ready) => Some("destroy"),
            (Life::PutBack, Status::Ready) if live.await > 0 => None,
            (Life::PutBack, Status::Ready) => {
                let kinds = self.texts("SELECT kind FROM runs ORDER BY created_at, id").await;
                match kinds.last().map(String::as_str) {
                    Some("create") => Some("drift"),
                    Some("drift") => Some("revert"),
                    _ => Some("destroy"),
                }
            }
            (Life::Troubled, status) => self.mends(status).await,
            _ => None,
        }
    }

    /// What helps in trouble.
    async fn mends(&self, status: Status) -> Option<&'static str> {
        let braked = |action: &'static str| async move {
            let acts = self.texts("SELECT action FROM audit WHERE action LIKE 'brake.%'").await;
            acts.iter().any(|act| act == action)
        };
        match status {
            Status::Provisioning => {
                let retried = "SELECT count(*) FROM steps WHERE event = 'retried'";
                if self.count(retried).await > 0 {
                    self.flag("plan-fails", None);
                }
                None
            }
            Status::Ready if !braked("brake.on").await => Some("pause"),
            Status::Ready if !braked("brake.off").await => Some("resume"),
            Status::Ready => Some("destroy"),
            Status::Quarantined => Some("retry"),
            _ => None,
        }
    }

    /// From here this goes wrong, with these words; `None`: no more.
    fn flag(&self, what: &str, words: Option<&str>) {
        let file = self.installation.data("one").join(what);
        match words {
            Some(words) => std::fs::write(file, words).expect("it can be written"),
            // It may be gone already.
            None => drop(std::fs::remove_file(file)),
        }
    }

    /// Does it. Where nobody listens nothing comes of it, and it is done again later.
    async fn does(&self, step: &str) {
        if step == "order" {
            return self.orders().await;
        }
        if let ("pause" | "resume", carol) = (step, self.installation.slack.person("carol")) {
            drop(carol.types(CHANNEL, &format!("/infra {step} creating")).await);
            return;
        }
        match (self.life, step) {
            (Life::Troubled, "destroy") => self.flag("destroy-fails", Some("the vault is closed")),
            (Life::Troubled, "retry") => self.flag("destroy-fails", None),
            _ => {}
        }
        let name = self.texts("SELECT name FROM environments").await.pop().unwrap_or_default();
        let text = match step {
            "extend" => format!("/infra extend {name} 4h"),
            step => format!("/infra {step} {name}"),
        };
        drop(self.alice.persona.types(CHANNEL, &text).await);
    }

    async fn orders(&self) {
        let alice = &self.alice.persona;
        if alice
            .types(CHANNEL, &format!("/infra new {}", self.installation.subject.template()))
            .await
            .is_err()
        {
            return;
        }
        let form = alice.waits_for("the form", TRIES_AGAIN / 2, |s| {
            s.view().filter(|v| v.callback_id() == "create").cloned()
        });
        let Ok(form) = form.await else { return };
        if self.life == Life::Troubled {
            self.flag("plan-fails", Some("api error ThrottlingException: Rate exceeded"));
        }
        let inputs = [self.installation.subject.inputs(), self.life.inputs()].concat();
        drop(alice.submits(&form.id, &inputs).await);
    }

    /// Whether it has ended, and everybody was told.
    async fn is_over(&self) -> bool {
        self.status().await == Some(Status::Destroyed)
            && self.count("SELECT count(*) FROM outbox WHERE status = 'pending'").await == 0
            && self.count("SELECT count(*) FROM runs WHERE status IN ('queued', 'running')").await
                == 0
    }

    pub async fn status(&self) -> Option<Status> {
        let status = self.texts("SELECT status FROM environments").await.pop()?;
        Some(status.parse().expect("it is one"))
    }

    async fn extended(&self) -> i64 {
        self.count("SELECT count(*) FROM audit WHERE action = 'environment.extended'").await
    }

    /// What its resources did, in their order.
    pub fn trace(&self) -> String {
        let traces = ["one", "two", "three"].map(|machine| {
            std::fs::read_to_string(self.installation.data(machine).join("trace"))
                .unwrap_or_default()
        });
        traces.concat()
    }

    /// The cards that its owner has been sent.
    pub fn cards(&self) -> usize {
        let seen = self.alice.persona.sees();
        seen.dm.into_iter().filter(|m| m.thread_ts.is_none()).count()
    }

    /// Types a command, whatever becomes of it.
    pub async fn types(&self, text: &str) {
        drop(self.alice.persona.types(CHANNEL, text).await);
    }

    /// All that its owner has been told in its thread.
    pub fn thread(&self) -> Vec<Message> {
        let seen = self.alice.persona.sees();
        seen.dm.into_iter().filter(|m| m.thread_ts.is_some()).collect()
    }

    async fn stands(&self) -> String {
        let runs = "SELECT kind || ' ' || status || ' ' || COALESCE(step, '-') || ' ' || epoch FROM runs ORDER BY created_at, id";
        let seen = self.alice.persona.sees().describe();
        format!("{:?} {:?}\n{seen}\n{}", self.status().await, self.texts(runs).await, self.logs())
    }

    /// What the bots of all machines said.
    pub fn logs(&self) -> String {
        let folder = self.installation.folder();
        let logs = ["one", "two", "three"].map(|machine| {
            std::fs::read_to_string(folder.join(format!("{machine}.log"))).unwrap_or_default()
        });
        logs.concat()
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        let mut tx = self.installation.database.db.read().await.expect("reads");
        let counted = match &mut tx {
            Tx::Sqlite(tx, _) => sqlx::query_scalar(sql).fetch_one(&mut **tx).await,
            Tx::Postgres(tx, _) => sqlx::query_scalar(sql).fetch_one(&mut **tx).await,
        };
        counted.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    pub async fn texts(&self, sql: &'static str) -> Vec<String> {
        let mut tx = self.installation.database.db.read().await.expect("reads");
        let found = match &mut tx {
            Tx::Sqlite(tx, _) => sqlx::query_scalar(sql).fetch_all(&mut **tx).await,
            Tx::Postgres(tx, _) => sqlx::query_scalar(sql).fetch_all(&mut **tx).await,
        };
        found.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }
}

/// Keeps a bot running: whenever it has ended, it is started again, with nothing armed.
pub struct Tended<'a> {
    pub bot: Bot,
    installation: &'a Installation,
    pub ended: usize,
    /// What of each call is killed when the bot is stopped, by the name of the file that names it.
    pub strikes: Option<&'static str>,
    stopped: Option<Instant>,
    pub stands: usize,
}

/// For how long a bot that stands still is left so: past its claim.
const STANDS: Duration = Duration::from_secs(12);

impl<'a> Tended<'a> {
    pub fn start(installation: &'a Installation, environment: &[(&str, String)]) -> Tended<'a> {
        let bot = installation.start("one", environment, "");
        Tended { bot, installation, ended: 0, strikes: None, stopped: None, stands: 0 }
    }

    pub fn tend(&mut self) {
        if !self.bot.is_running() {
            self.ended += 1;
            assert!(self.ended < 5, "the bot ends again and again:\n{}", self.bot.told());
            self.bot = self.installation.start("one", &[], "");
            return;
        }
        match self.stopped {
            None if self.bot.is_stopped() && self.strikes.is_some() => {
                let struck = self.strikes.and_then(|what| strike(self.installation, what));
                self.stands += usize::from(struck.is_some());
                self.bot.signal(Signal::CONT);
            }
            None if self.bot.is_stopped() => {
                self.stands += 1;
                self.stopped = Some(Instant::now());
            }
            Some(since) if since.elapsed() > STANDS => {
                self.bot.signal(Signal::CONT);
                self.stopped = None;
            }
            _ => {}
        }
    }
}

/// Kills the process that such a file of a running call names; `None`: no call is running.
fn strike(installation: &Installation, named: &str) -> Option<Pid> {
    for file in files(&installation.data("one").join("runs")) {
        if !file.ends_with(named) {
            continue;
        }
        let text = std::fs::read(&file).unwrap_or_default();
        let Ok(process) = serde_json::from_slice::<Identity>(&text) else { continue };
        if process.is_alive() {
            let pid = Pid::from_raw(process.pid)?;
            return kill_process(pid, Signal::KILL).ok().map(|()| pid);
        }
    }
    None
}
