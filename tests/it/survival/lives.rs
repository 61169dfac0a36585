//! Whole lives of an environment, led by somebody who tries again when nothing comes of it.

use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use mayfly::domain::environment::Status;
use mayfly::playground::{Fault, Input, Message};
use mayfly::process::Identity;
use mayfly::process::files::{CHILD, SUPERVISOR};
use mayfly::store::Tx;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::bot::{Bot, Installation};
use super::life::Life;
use super::sweep::STARTED;
use crate::e2e::pages::Browser;
use crate::e2e::people::{CHANNEL, Player};
use crate::e2e::stage::files;

/// After so long without an answer a person tries once more.
const TRIES_AGAIN: Duration = Duration::from_secs(4);
/// What engines say that passes by itself.
const THROTTLED: &str = "api error ThrottlingException: Rate exceeded";
/// How long Slack may take for an answer.
const SLUGGISH: Duration = Duration::from_secs(5);
/// What is entered on a page.
pub const KEY: &str = "hunter2-and-then-some";

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
        if life == Life::Stumbles {
            // Longer than the third of a claim, after which whoever sends a message holds on to it.
            installation.slack.faults().times(1, "chat.postMessage", Fault::Delay(SLUGGISH));
        }
        Led { installation, life, alice, begun: Instant::now(), longest, last: Mutex::default() }
    }

    /// One that may take so long.
    pub fn within(self, longest: Duration) -> Led<'a> {
        Led { longest, ..self }
    }

    /// From the command to the receipt, whatever happens to the bot meanwhile; `tend` looks after it.
    pub async fn lead(&self, mut tend: impl FnMut()) {
        while !self.is_over().await {
            let acts = async {
                self.acts().await;
                tokio::time::sleep(Duration::from_millis(160)).await;
            };
            tokio::pin!(acts);
            // What happens to the bot is seen much sooner than what people do: a child may take a moment only,
            // and who waits for an answer waits for a bot that stands still.
            while tokio::time::timeout(Duration::from_millis(5), &mut acts).await.is_err() {
                tend();
            }
        }
    }

    /// Does what is to be done now, if anything is.
    pub async fn goes_on(&self) {
        self.acts().await;
        tokio::time::sleep(Duration::from_millis(40)).await;
    }

    async fn acts(&self) {
        let late = self.begun.elapsed() > self.longest;
        assert!(!late, "{:?} does not come to its end: {}", self.life, self.stands().await);
        let last = *self.last.lock().expect("nobody panics with it");
        if let Some(step) = self.next_step().await
            && last.is_none_or(|(done, at)| done != step || at.elapsed() > TRIES_AGAIN)
        {
            self.does(step).await;
            *self.last.lock().expect("nobody panics with it") = Some((step, Instant::now()));
        }
    }

    /// What its owner would do now.
    async fn next_step(&self) -> Option<&'static str> {
        let Some(status) = self.status().await else {
            let in_vain = self.life == Life::Approved && !self.was_denied("request").await;
            return Some(if in_vain { "order in vain" } else { "order" });
        };
        match (self.life, status) {
            (Life::CalledOff, Status::Provisioning) => {
                let told = "SELECT count(*) FROM runs WHERE progress_ts IS NOT NULL";
                (self.count(told).await > 0 && self.trace().contains("made")).then_some("cancel")
            }
            (Life::ByHand | Life::Stumbles, Status::Ready) => {
                Some(if self.has_done("environment.extended").await { "destroy" } else { "extend" })
            }
            (Life::Restarted | Life::Orphaned, Status::Ready) => Some("destroy"),
            (Life::Orphaned, Status::Destroyed) if !self.cloud("left").exists() => {
                let destroyed = self.has_done("orphan.destroyed").await;
                Some(if destroyed { "adopt" } else { "plant" })
            }
            (Life::Orphaned, Status::Destroyed) => {
                self.has_done("orphans.found").await.then_some("take away")
            }
            (Life::PutBack, Status::Ready) => {
                let run = "SELECT kind || ' ' || status FROM runs ORDER BY created_at, id";
                match self.texts(run).await.last().map(String::as_str) {
                    // Asked last: what is live now was perhaps not there when the runs were read.
                    _ if self.live().await > 0 => None,
                    Some("create succeeded") => Some("drift"),
                    // What its template says by now: first what policy refuses.
                    Some("drift succeeded") => {
                        self.flag("changed", Some("forbidden"));
                        Some("revert in vain")
                    }
                    Some("update failed") => {
                        self.flag("changed", Some("changed"));
                        Some("revert")
                    }
                    Some("update succeeded") => Some("destroy"),
                    _ => None,
                }
            }
            (Life::Compared, Status::Ready) => {
                let compared = "SELECT count(*) FROM runs WHERE kind = 'drift'";
                match (self.count(compared).await, self.live().await > 0) {
                    (0, false) => Some("drift"),
                    (1, false) => Some("drift once more"),
                    (2, true) => Some("cancel"),
                    (_, true) => None,
                    (_, false) => Some("destroy"),
                }
            }
            (Life::Sealed, Status::Ready) if self.has_done("credentials.revealed").await => {
                Some("destroy")
            }
            (Life::Sealed, Status::Ready) => Some("reveal"),
            (Life::Sealed, _) => {
                let waits = "SELECT count(*) FROM runs WHERE status = 'waiting'";
                (self.count(waits).await > 0).then_some("enter")
            }
            (Life::Troubled, Status::Provisioning) => {
                let retried = "SELECT count(*) FROM steps WHERE event = 'retried'";
                if self.count(retried).await > 0 {
                    self.flag("plan-fails", None);
                }
                None
            }
            (Life::Troubled, Status::Ready) if !self.has_done("brake.on").await => Some("pause"),
            (Life::Troubled, Status::Ready) if !self.has_done("brake.off").await => Some("resume"),
            (Life::Troubled | Life::GivenUp, Status::Ready) => Some("destroy"),
            (Life::Troubled, Status::Quarantined) => Some("retry"),
            (Life::GivenUp, Status::Quarantined) => Some("gone"),
            (Life::Approved, Status::Provisioning) => {
                let reminded =
                    "SELECT count(*) FROM approvals WHERE status = 'pending' AND reminders > 0";
                (self.count(reminded).await > 0).then_some("approve")
            }
            (Life::Rejected, Status::Provisioning) => {
                let asked = "SELECT count(*) FROM approvals WHERE status = 'pending'";
                // Its owner reads that it waits before it does no more: else that is what the message says.
                let unread = "SELECT count(*) FROM outbox WHERE status = 'pending'";
                let is_read = self.count(unread).await == 0;
                (is_read && self.count(asked).await > 0).then_some("deny")
            }
            (Life::Approved, Status::Ready) if !self.was_denied("extend").await => Some("extend"),
            (Life::Approved, Status::Ready) if !self.has_done("policies.reloaded").await => {
                Some("reload")
            }
            (Life::Approved, Status::Ready) => Some("destroy"),
            _ => None,
        }
    }

    /// How many runs are still to end.
    async fn live(&self) -> i64 {
        self.count("SELECT count(*) FROM runs WHERE status IN ('queued', 'running')").await
    }

    /// Whether the audit trail has this act.
    async fn has_done(&self, act: &str) -> bool {
        self.texts("SELECT action FROM audit").await.iter().any(|action| action == act)
    }

    /// Whether policy has denied something at this point.
    async fn was_denied(&self, point: &str) -> bool {
        let denied = "SELECT detail FROM audit WHERE action = 'policy.denied'";
        let point = format!("\"point\":\"{point}\"");
        self.texts(denied).await.iter().any(|detail| detail.contains(&point))
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
        match (self.life, step) {
            (Life::Troubled | Life::GivenUp, "destroy") => {
                self.flag("destroy-fails", Some("the vault is closed"));
            }
            (Life::Troubled, "retry") => self.flag("destroy-fails", None),
            (Life::Compared, "drift") => self.flag("plan-fails", Some("the vault is closed")),
            (Life::Compared, "drift once more") => self.flag("plan-fails", Some(THROTTLED)),
            (Life::Compared, "destroy") => self.flag("plan-fails", None),
            _ => {}
        }
        let (alice, carol) = (&self.alice.persona, self.installation.slack.person("carol"));
        let name = self.texts("SELECT name FROM environments").await.pop().unwrap_or_default();
        // Whether it was heard is seen by what comes of it.
        drop(match step {
            "order" => return self.orders(self.life.project()).await,
            "order in vain" => return self.orders(Some("nobody")).await,
            "approve" | "deny" => return self.answers(step).await.unwrap_or_default(),
            "reload" => carol.types(CHANNEL, "/infra policies reload").await,
            "enter" => return self.follows(&name, "/enter/", &[("api_key", KEY)]).await,
            "reveal" => return self.follows(&name, "/reveal/", &[]).await,
            "plant" => return self.plants(&name).await,
            "take away" => {
                return self.asks_for_orphans("orphan_destroy").await.unwrap_or_default();
            }
            "adopt" => return self.adopts().await,
            "pause" | "resume" => carol.types(CHANNEL, &format!("/infra {step} creating")).await,
            "gone" => carol.types(CHANNEL, &format!("/infra gone {name} its vault is gone")).await,
            "extend" => alice.types(CHANNEL, &format!("/infra extend {name} 4h")).await,
            "drift once more" => alice.types(CHANNEL, &format!("/infra drift {name}")).await,
            "revert in vain" => alice.types(CHANNEL, &format!("/infra revert {name}")).await,
            step => alice.types(CHANNEL, &format!("/infra {step} {name}")).await,
        });
    }

    /// Asks for the link to a page of this kind, and sends its form.
    async fn follows(&self, name: &str, kind: &str, fields: &[(&str, &str)]) {
        let alice = &self.alice.persona;
        let before = alice.sees().ephemerals.len();
        if alice.types(CHANNEL, &format!("/infra credentials {name}")).await.is_err() {
            return;
        }
        let link = alice.waits_for("a link", TRIES_AGAIN / 2, |seen| {
            let links = seen.ephemerals.iter().skip(before).flat_map(|answer| answer.links());
            links.into_iter().find(|link| link.contains(kind))
        });
        let Ok(link) = link.await else { return };
        // Nobody may be there to answer.
        drop(tokio::time::timeout(TRIES_AGAIN, Browser::new().tries(&link, fields)).await);
    }

    /// A thing in the cloud that is listed.
    fn cloud(&self, thing: &str) -> PathBuf {
        self.installation.data("one").join("cloud").join(thing)
    }

    /// What the environment has left there, and something of an environment that nobody knows.
    async fn plants(&self, name: &str) {
        let installation = "SELECT value FROM settings WHERE key = 'installation'";
        let installation = self.texts(installation).await.pop().expect("it has a name");
        for (thing, name) in [("stray", "nobody-knows-it"), ("left", name)] {
            let tags = json!({ "mayfly:installation": installation, "mayfly:environment": name });
            std::fs::write(self.cloud(thing), tags.to_string()).expect("it can be written");
        }
    }

    /// Presses a button of the list of orphans; `None`: it does not come, or has no such button.
    async fn asks_for_orphans(&self, button: &str) -> Option<()> {
        let carol = self.installation.slack.person("carol");
        let before = carol.sees().ephemerals.len();
        carol.types(CHANNEL, "/infra orphans").await.ok()?;
        let list = carol.waits_for("the orphans", TRIES_AGAIN / 2, |seen| {
            seen.ephemerals.iter().skip(before).find(|m| m.button(button).is_some()).cloned()
        });
        carol.presses(&list.await.ok()?, button).await.ok()
    }

    async fn adopts(&self) {
        let carol = self.installation.slack.person("carol");
        if self.asks_for_orphans("orphan_adopt").await.is_none() {
            return;
        }
        let form = carol.waits_for("the form", TRIES_AGAIN / 2, |seen| {
            seen.view().filter(|view| view.callback_id() == "adopt_orphan").cloned()
        });
        if let Ok(form) = form.await {
            drop(carol.submits(&form.id, &[("reason", "the data team has it".into())]).await);
        }
    }

    /// An operator presses a button of the question's card; a denial has its reason.
    async fn answers(&self, button: &str) -> Option<()> {
        let carol = self.installation.slack.person("carol");
        let asked = |m: &&Message| m.button(button).is_some();
        let card = carol.sees().dm.into_iter().rfind(|m| asked(&m))?;
        carol.presses(&card, button).await.ok()?;
        if button == "approve" {
            return Some(());
        }
        let form = carol.waits_for("the comment", TRIES_AGAIN / 2, |seen| {
            seen.view().filter(|view| view.callback_id() == "answer").cloned()
        });
        let form = form.await.ok()?;
        drop(carol.submits(&form.id, &[("reason", "not this time".into())]).await);
        Some(())
    }

    async fn orders(&self, project: Option<&str>) {
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
        match self.life {
            Life::Troubled => self.flag("plan-fails", Some(THROTTLED)),
            Life::Unplanned => self.flag("plan-fails", Some("the vault is closed")),
            _ => {}
        }
        let project = project.map(|project| ("project", Input::Text(project.to_owned())));
        let inputs = [self.installation.subject.inputs(), self.life.inputs()].concat();
        let inputs: Vec<_> = inputs.into_iter().chain(project).collect();
        drop(alice.submits(&form.id, &inputs).await);
    }

    /// Whether it has ended, and everybody was told.
    async fn is_over(&self) -> bool {
        self.status().await.is_some_and(|status| status.as_str() == self.life.end())
            && self.count("SELECT count(*) FROM outbox WHERE status = 'pending'").await == 0
            && self.live().await == 0
            && (self.life != Life::Orphaned || self.has_done("orphan.adopted").await)
    }

    pub async fn status(&self) -> Option<Status> {
        let status = self.texts("SELECT status FROM environments").await.pop()?;
        Some(status.parse().expect("it is one"))
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

    /// What operators have been told in their channel.
    pub fn operators(&self) -> Vec<String> {
        let seen = self.installation.slack.person("carol").sees();
        seen.channels.get("platform-ops").into_iter().flatten().map(|m| m.plain()).collect()
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

/// Keeps a bot running: whenever it has ended, it is started again; once it was killed, with nothing armed.
pub struct Tended<'a> {
    pub bot: Bot,
    installation: &'a Installation,
    life: Life,
    armed: Vec<(&'static str, String)>,
    /// Whether what is armed kills it; by itself it never ends.
    pub may_be_killed: bool,
    /// Whether what is armed is in the way of its start.
    pub may_not_start: bool,
    /// How often it was killed, or did not start.
    pub ended: usize,
    /// How often it was asked to end, and how often it did.
    asked: usize,
    stopped_as_asked: usize,
    /// What is killed when the bot is stopped.
    pub strikes: Option<Strike>,
    stopped: Option<Instant>,
    pub stands: usize,
    /// How much of what happens in this life has happened.
    befallen: usize,
}

/// What is killed, once, of a child at work.
pub struct Strike {
    /// The name of the file that names it.
    pub what: &'static str,
    /// The first child that may be meant, from 0.
    pub child: usize,
    /// The points that were passed.
    pub log: PathBuf,
}

impl Strike {
    /// Whether that child, or a later one, has been started.
    fn is_due(&self) -> bool {
        let passed = std::fs::read_to_string(&self.log).unwrap_or_default();
        passed.lines().filter(|line| *line == STARTED).count() > self.child
    }
}

/// The signal that no process survives.
const SIGKILL: i32 = 9;
/// For how long a bot that stands still is left so: past its claim.
const STANDS: Duration = Duration::from_secs(12);

impl<'a> Tended<'a> {
    /// With these variables in its environment.
    pub fn start(led: &Led<'a>, armed: Vec<(&'static str, String)>) -> Tended<'a> {
        let (installation, life) = (led.installation, led.life);
        let bot = installation.start("one", &armed, life.settings());
        Tended {
            bot,
            installation,
            life,
            armed,
            may_be_killed: false,
            may_not_start: false,
            ended: 0,
            asked: 0,
            stopped_as_asked: 0,
            strikes: None,
            stopped: None,
            stands: 0,
            befallen: 0,
        }
    }

    pub fn tend(&mut self) {
        if let Some(status) = self.bot.status() {
            match (status.signal(), status.code()) {
                (Some(SIGKILL), _) if self.may_be_killed && self.ended == 0 => {
                    self.ended += 1;
                    self.armed.clear();
                }
                // A start that cannot be says why, and is tried again by whoever looks after the bot.
                (_, Some(1)) if self.may_not_start && self.ended == 0 => {
                    let told = self.bot.told();
                    assert!(told.contains("error: ") && told.contains("refused"), "{told}");
                    self.ended += 1;
                    self.armed.clear();
                }
                (_, Some(0)) if self.stopped_as_asked < self.asked => self.stopped_as_asked += 1,
                _ => panic!("the bot has ended by itself, with {status}:\n{}", self.bot.told()),
            }
            self.bot = self.installation.start("one", &self.armed, self.life.settings());
            return;
        }
        self.befalls();
        match self.stopped {
            None if self.bot.is_stopped() && self.strikes.is_some() => {
                let due =
                    self.strikes.as_ref().filter(|strike| self.stands == 0 && strike.is_due());
                let struck = due.and_then(|due| strike(self.installation, due.what));
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

    /// What happens to the bot in this life, each once.
    fn befalls(&mut self) {
        let data = self.installation.data("one");
        let begun = |call: &str| {
            let call = format!("/{call}");
            let mut there = files(&data.join("runs")).into_iter();
            there.any(|file| file.to_string_lossy().contains(&call) && file.ends_with(CHILD))
        };
        let trace = || std::fs::read_to_string(data.join("trace")).unwrap_or_default();
        let due = match (self.life, self.befallen) {
            (Life::Restarted, 0) => begun("prepare-"),
            (Life::Restarted, 1) => trace().contains("begun"),
            (Life::Unwatched, 0) => trace().contains("made"),
            _ => false,
        };
        if !due {
            return;
        }
        self.befallen += 1;
        if self.life == Life::Unwatched {
            strike(self.installation, SUPERVISOR);
            return;
        }
        self.asked += 1;
        self.bot.signal(Signal::TERM);
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
