//! One call of an engine: under a supervisor, its output into the run's log and progress, ended when
//! the run is called off, followed again when the bot was away.

use std::path::Path;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::attempt::{Attempt, Stopped};
use super::effects::{Effected, is_doubtful};
use super::heard::Heard;
use super::heartbeat::Pulse;
use super::logging::logged;
use super::said::{describe, failure};
use crate::domain::run::{Failure, Step};
use crate::engine::{Event, Invocation, Severity};
use crate::faults::{self, Moment};
use crate::process::{Exit, FollowError, Limits, Line, Spec, StartError, Supervised};
use crate::template::Manifest;

/// How many lines of output a failure shows.
const TAIL: usize = 8;
/// Whoever complains at greater length has printed something else.
const MOST_COMPLAINT: u64 = 1024 * 1024;
/// How often the state is looked at while an engine works on it.
const COPIES: Duration = Duration::from_secs(2);
/// How often lines are written into the log, at the most.
const FLUSH: Duration = Duration::from_millis(500);

/// A database that does not answer for a while ends no attempt: the child goes on, the lines are kept, and
/// the next flush writes them. A lost claim does.
fn patient(outcome: Result<(), Stopped>) -> Result<(), Stopped> {
    match outcome {
        Err(Stopped::Trouble(error)) => {
            tracing::warn!(%error, "a run's log or progress could not be written; it is tried again");
            Ok(())
        }
        outcome => outcome,
    }
}

fn interrupt(supervised: &Supervised) -> Result<(), Stopped> {
    let asked = faults::around(faults::INTERRUPT_CHILD, || supervised.interrupt());
    asked.map_err(|error| Stopped::Trouble(error.to_string()))
}

impl Attempt {
    /// Runs an engine whose output is secret: nothing of it is read here, logged or counted.
    pub(super) async fn secret_child(
        &self,
        (step, name): (Step, &str),
        invocation: Invocation,
        limit: Duration,
        manifest: &Manifest,
    ) -> Result<Supervised, Stopped> {
        let folder = self.folder().join(name);
        let limits = self.limits(limit, manifest);
        let supervised = self.start(&folder, &invocation.within(limits)).await?;
        let mut pulse = self.pulse.clone();
        let exit = loop {
            tokio::select! {
                ended = supervised.wait() => match ended {
                    Ok(exit) => break exit,
                    Err(FollowError::Lost(_)) => break self.bury(&supervised).await?,
                    Err(error) => return Err(Stopped::Trouble(error.to_string())),
                },
                Ok(()) = pulse.changed() => {
                    if *pulse.borrow() == Pulse::Lost {
                        return Err(Stopped::ClaimLost);
                    }
                }
            }
        };
        faults::point(faults::SEE_END, Moment::Before);
        faults::point(faults::SEE_END, Moment::After);
        match exit.success() {
            true => Ok(supervised),
            false => {
                let heard = self.complaint(&supervised);
                Err(Stopped::Failed(Box::new(failure(step, &exit, limits, heard))))
            }
        }
    }

    /// What a child whose output is secret complained of: its last words on standard error.
    fn complaint(&self, supervised: &Supervised) -> Heard {
        let mut heard = Heard::nothing();
        let scrubber = self.scrubber();
        // Where it cannot be read, its exit code has to do.
        let said = supervised.read_stderr(MOST_COMPLAINT).unwrap_or_default();
        let said = String::from_utf8_lossy(&said).into_owned();
        let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
        for line in lines.iter().rev().take(TAIL).rev() {
            heard.tail.push_back(scrubber.scrub(line).into_owned());
        }
        heard
    }

    /// What the engine says is heard by its own listener; it is known before anything is called.
    pub(super) fn hearing(&self) -> Heard {
        let listener = self.engine.get().map(|engine| engine.listener());
        Heard { listener, ..Heard::nothing() }
    }

    pub(super) fn limits(&self, time: Duration, manifest: &Manifest) -> Limits {
        let talkative = self.engine.get().is_none_or(|engine| engine.is_talkative());
        Limits {
            time,
            silence: if talkative { manifest.limits.silence.real() } else { time },
            grace: self.shop.settings.interrupt_grace,
            stamp: self.shop.settings.stamp,
        }
    }

    pub(super) async fn start(&self, folder: &Path, spec: &Spec) -> Result<Supervised, Stopped> {
        faults::point(faults::START_CHILD, Moment::Before);
        if self.may_be_lost() {
            return Err(Stopped::ClaimLost);
        }
        let started = Supervised::start(&self.shop.settings.exe, folder, spec).await;
        faults::point(faults::START_CHILD, Moment::After);
        match started {
            Ok(supervised) => {
                self.watches(Some(supervised.clone()));
                Ok(supervised)
            }
            // It ran while the bot was away: how it ended is read from its folder.
            Err(StartError::RanAlready(_)) => Supervised::attach(folder)
                .ok()
                .flatten()
                .ok_or_else(|| Stopped::Trouble(format!("{} vanished", folder.display()))),
            Err(error) => Err(Stopped::Trouble(error.to_string())),
        }
    }

    pub(super) async fn follow(
        &self,
        step: Step,
        supervised: &Supervised,
        heard: &mut Heard,
    ) -> Result<Exit, Stopped> {
        let mut pulse = self.pulse.clone();
        let (sender, mut lines) = mpsc::unbounded_channel();
        // From its beginning: why it failed is to be known also where a worker before this one has read that.
        heard.logged = logged(supervised.folder());
        let follow = supervised.follow(move |line| {
            // The receiver lives as long as this does.
            let _ = sender.send(line);
        });
        tokio::pin!(follow);
        let mut interrupted = false;
        let mut flush = tokio::time::interval_at(Instant::now() + FLUSH, FLUSH);
        let mut told = Instant::now();
        let mut news = false;
        let mut copied = Instant::now();
        loop {
            tokio::select! {
                ended = &mut follow => {
                    faults::point(faults::SEE_END, Moment::Before);
                    while let Ok(line) = lines.try_recv() {
                        self.hear(step, line, heard).await;
                    }
                    // What its listener has held back may be in no log: better twice than never.
                    heard.again = false;
                    let last = heard.listener.as_mut().map(|listener| listener.finish());
                    for event in last.into_iter().flatten() {
                        self.take(step, event, heard).await;
                    }
                    self.flush(supervised, heard).await?;
                    if matches!(step, Step::Apply | Step::Destroy) {
                        self.keep_state().await?;
                    }
                    faults::point(faults::SEE_END, Moment::After);
                    return match ended {
                        Ok(exit) => Ok(exit),
                        Err(FollowError::Lost(_)) => self.bury(supervised).await,
                        Err(error) => Err(Stopped::Trouble(error.to_string())),
                    };
                }
                Some(line) = lines.recv() => news |= self.hear(step, line, heard).await,
                _ = flush.tick() => {
                    let made = heard.effects.iter().any(|e| matches!(e, Effected::Made { .. }));
                    patient(self.flush(supervised, heard).await)?;
                    if news && told.elapsed() >= self.shop.settings.progress {
                        (news, told) = (false, Instant::now());
                        patient(self.tell_progress().await)?;
                    }
                    if made || copied.elapsed() >= COPIES {
                        copied = Instant::now();
                        patient(self.keep_state().await)?;
                    }
                }
                Ok(()) = pulse.changed() => {}
                () = self.shop.children_have_to_end(), if !interrupted && Self::ends_with_the_bot(step) => {
                    interrupted = true;
                    interrupt(supervised)?;
                }
            }
            let beat = pulse.borrow().clone();
            match beat {
                Pulse::Cancelled(_) if !interrupted => {
                    interrupted = true;
                    interrupt(supervised)?;
                }
                Pulse::Lost => return Err(Stopped::ClaimLost),
                Pulse::Held | Pulse::Cancelled(_) => {}
            }
        }
    }

    /// The supervisor died: what it left is ended, and the call counts as failed.
    pub(super) async fn bury(&self, supervised: &Supervised) -> Result<Exit, Stopped> {
        let grace = self.shop.settings.interrupt_grace;
        faults::point(faults::BURY, Moment::Before);
        let buried = supervised.bury(grace).await;
        faults::point(faults::BURY, Moment::After);
        buried.map_err(|error| Stopped::Trouble(error.to_string()))
    }

    /// Takes a line in; `true`: there is progress to tell.
    async fn hear(&self, step: Step, line: Line, heard: &mut Heard) -> bool {
        heard.at(&line);
        let events = heard.listener.as_mut().map(|listener| listener.hear(&line.text));
        let mut news = false;
        for event in events.into_iter().flatten() {
            news |= self.take(step, event, heard).await;
        }
        news
    }

    async fn take(&self, step: Step, event: Event, heard: &mut Heard) -> bool {
        let scrubber = self.scrubber();
        if step == Step::Apply {
            let effected = Effected::of(&event);
            if let Some(Effected::Refused { address }) = &effected {
                heard.refused.push(address.clone());
            }
            heard.effects.extend(effected.filter(|_| !heard.again));
        }
        let text = match &event {
            Event::Diagnostic(diagnostic) => {
                heard.doubtful |= is_doubtful([&diagnostic.summary, &diagnostic.detail]);
                if diagnostic.severity == Severity::Error && heard.diagnostic.is_none() {
                    let hidden = |text: &str| scrubber.scrub(text).into_owned();
                    heard.diagnostic = Some(Box::new(Failure {
                        step,
                        summary: hidden(&diagnostic.summary),
                        detail: hidden(&diagnostic.detail),
                        resource: diagnostic.address.clone(),
                        place: diagnostic.file.as_ref().map(|file| match diagnostic.line {
                            Some(line) => format!("{file}:{line}"),
                            None => file.clone(),
                        }),
                        tail: Vec::new(),
                        transient: None,
                    }));
                }
                format!("{}: {}", diagnostic.summary, diagnostic.detail)
            }
            event => match describe(event) {
                Some(text) => text,
                None => return !heard.again && self.count(event).await,
            },
        };
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let line = scrubber.scrub(line).into_owned();
            heard.tail.push_back(line.clone());
            if heard.tail.len() > TAIL {
                heard.tail.pop_front();
            }
            if !heard.again {
                heard.lines.push(line);
            }
        }
        !heard.again && self.count(&event).await
    }
}
