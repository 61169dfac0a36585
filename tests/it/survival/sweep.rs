//! The sweep: a whole life for each fail point, with the bot killed, stopped or refused there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use mayfly::process::files as names;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::bot::Installation;
use super::check::{violations, violations_of_any};
use super::life::Life;
use super::lives::{Led, Strike, Tended};
use super::subjects::Subject;
use crate::support::database::{self, Database};
use crate::support::say;

/// What happens to the bot at a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Kill,
    /// It stands still past its claim, and goes on as if nothing had been.
    Stop,
    /// The database refuses the commit.
    Refuse,
    /// The engine that works just then is killed: as the child of this number, from 0, or a later one.
    Engine(usize),
    /// Its supervisor is killed.
    Supervisor(usize),
}

impl Fault {
    /// Whether the life goes on as if nothing had been.
    fn is_survived(self) -> bool {
        self.strikes().is_none()
    }

    /// What of a child is killed, by the name of the file that names it, and from which child on.
    fn strikes(self) -> Option<(&'static str, usize)> {
        match self {
            Fault::Engine(child) => Some((names::CHILD, child)),
            Fault::Supervisor(child) => Some((names::SUPERVISOR, child)),
            _ => None,
        }
    }
}

/// A point, and which time that it is passed, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct At {
    pub point: String,
    pub time: usize,
}

/// One life with one kind of fault: at one point, or, where the bot goes on, at several one after the other.
#[derive(Debug, Clone)]
pub struct Case {
    pub subject: Subject,
    pub life: Life,
    pub at: Vec<At>,
    pub fault: Fault,
    pub postgres: bool,
}

impl Case {
    /// The environment that arms it.
    fn armed(&self, log: &Path) -> Vec<(&'static str, String)> {
        let how = match self.fault {
            Fault::Kill => "return(kill)",
            // Once: a bot that stands still goes on, and passes it again.
            Fault::Stop => "1*return(stop)",
            // Each time, until a child is at work: how often it is passed before depends on how busy the
            // machine is.
            Fault::Engine(_) | Fault::Supervisor(_) => "return(stop)",
            Fault::Refuse => "1*return",
        };
        let armed = self.at.iter().map(|at| {
            let point = self.name(at);
            match at.time {
                0 => format!("{point}={how}"),
                n => format!("{point}={n}*off->{how}"),
            }
        });
        environment(&armed.collect::<Vec<_>>(), self.life, log)
    }

    /// What a point is called where this fault is armed.
    fn name(&self, at: &At) -> String {
        match self.fault {
            Fault::Refuse => at.point.replace("/before", "/refused"),
            _ => at.point.clone(),
        }
    }

    /// Whether one of its points is at this.
    pub fn is_at(&self, what: &str) -> bool {
        self.at.iter().any(|at| at.point.starts_with(what))
    }
}

/// The environment of a bot with this armed beside what belongs to its life.
fn environment(armed: &[String], life: Life, log: &Path) -> Vec<(&'static str, String)> {
    let own = life.armed().into_iter();
    let armed: Vec<&str> = own.chain(armed.iter().map(String::as_str)).collect();
    vec![("FAILPOINTS", armed.join(";")), ("MAYFLY_POINTS_LOG", log.display().to_string())]
}

/// Without these commits there is no start.
pub const STARTING: [&str; 2] = ["name the installation", "note the workspace"];

const NOT_REACHED: &str = "the point was not reached";

/// Leads one life; what does not hold afterwards. `None`: there is no such database here.
async fn lead(case: &Case) -> Option<Vec<String>> {
    let database = match case.postgres {
        false => database::sqlite().await,
        true => database::postgres().await?,
    };
    let installation = Installation::new(database, case.subject, |t| case.life.manifest(t)).await;
    let led = Led::new(&installation, case.life);
    let log = installation.folder().join("points");
    let mut tended = Tended::start(&led, case.armed(&log));
    tended.may_be_killed = case.fault == Fault::Kill;
    let starts = STARTING.iter().any(|what| case.is_at(what));
    tended.may_not_start = case.fault == Fault::Refuse && starts;
    tended.strikes =
        case.fault.strikes().map(|(what, child)| Strike { what, child, log: log.clone() });
    led.lead(|| tended.tend()).await;
    let passed = std::fs::read_to_string(&log).unwrap_or_default();
    let has_refused = |at: &&At| passed.lines().any(|line| line == case.name(at));
    let refused = match case.fault {
        Fault::Refuse => case.at.iter().filter(has_refused).count(),
        _ => 0,
    };
    let reached = refused.max(tended.ended + tended.stands);
    // A start that was refused is both.
    let crashes = tended.ended + tended.stands + refused;
    let mut found = match case.fault.is_survived() {
        true => violations(&led, crashes).await,
        false => violations_of_any(&led, crashes).await,
    };
    if case.fault == Fault::Refuse && case.is_at("end a step") {
        found.extend(nothing_done_twice(&led).await);
    }
    if reached < case.at.len() {
        found.insert(0, NOT_REACHED.to_owned());
    }
    if !found.is_empty() {
        found.push(led.logs());
    }
    tended.bot.ends().await;
    drop(tended);
    installation.ends().await;
    Some(found)
}

/// A step whose end was refused is done again.
async fn nothing_done_twice(led: &Led<'_>) -> Option<String> {
    let twice = "SELECT count(*) FROM (SELECT run_id, step FROM steps WHERE event = 'begun'
                 GROUP BY run_id, step HAVING count(*) > 1) AS again";
    let twice = led.count(twice).await;
    (twice == 0).then(|| "no step was done twice".to_owned())
}

/// How often a point is passed may depend on how busy the machine is: where there was no such time, the first
/// is taken, each in a life of its own.
async fn lead_to_the_point(case: Case) -> Option<Vec<String>> {
    let found = lead(&case).await?;
    let missed = found.first().is_some_and(|first| first == NOT_REACHED);
    let alone = matches!(case.at.as_slice(), [At { time: 0, .. }]);
    if !missed || alone || !case.fault.is_survived() {
        return Some(found);
    }
    let mut found = Vec::new();
    for at in &case.at {
        let at = vec![At { time: 0, ..at.clone() }];
        found.extend(lead(&Case { at, ..case.clone() }).await?);
    }
    Some(found)
}

/// A point as a life passes it.
#[derive(Debug, Clone)]
pub struct Point {
    pub subject: Subject,
    pub life: Life,
    /// What it is at, and on which side of it.
    pub name: String,
    pub times: usize,
    /// A child that is at work when it is passed, by its number from 0: the one beside which most is done.
    pub working: Option<usize>,
}

/// The points of a life where nothing happens.
pub async fn passed(subject: Subject, life: Life, database: Database) -> Vec<Point> {
    let _one = AT_ONCE.acquire().await.expect("it is never closed");
    let installation = Installation::new(database, subject, |t| life.manifest(t)).await;
    let log = installation.folder().join("points");
    let led = Led::new(&installation, life);
    let mut tended = Tended::start(&led, environment(&[], life, &log));
    led.lead(|| tended.tend()).await;
    let found = violations(&led, 0).await;
    assert!(found.is_empty(), "{life:?}, where nothing happens: {found:?}\n{}", led.logs());
    tended.bot.ends().await;
    let text = std::fs::read_to_string(&log).expect("points were passed");
    drop(tended);
    installation.ends().await;
    points_of(subject, life, &text)
}

/// What a log says when a child has been started.
pub const STARTED: &str = "start a child/after";

/// The points of a log that has one in each line, in the order in which they were passed.
fn points_of(subject: Subject, life: Life, log: &str) -> Vec<Point> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    // For each child what was passed while it was at work.
    let mut children: Vec<Vec<&str>> = Vec::new();
    let mut works = false;
    for name in log.lines().filter(|line| !line.ends_with("/refused")) {
        *times.entry(name).or_default() += 1;
        match name {
            STARTED => {
                children.push(vec![name]);
                works = true;
            }
            "see a child end/before" => works = false,
            _ if works => children.last_mut().expect("one has been started").push(name),
            _ => {}
        }
    }
    let mut children: Vec<_> = children.into_iter().enumerate().collect();
    children.sort_by_key(|(_, passed)| passed.len());
    let mut working: BTreeMap<&str, usize> = BTreeMap::new();
    for (child, passed) in children {
        working.extend(passed.into_iter().map(|name| (name, child)));
    }
    let point = |(name, times): (&str, usize)| Point {
        subject,
        life,
        name: name.to_owned(),
        times,
        working: working.get(name).copied(),
    };
    times.into_iter().map(point).collect()
}

/// What is led through this life: the built-in template where it can be led so, and where not one that can.
pub fn subject_of(life: Life) -> Subject {
    match life {
        Life::ByHand => Subject::BuiltIn,
        Life::Sealed => Subject::Sealed,
        Life::Restarted => Subject::Resumed,
        Life::Orphaned => Subject::Listed,
        _ => Subject::Counted,
    }
}

/// All lives without any fault, and every point of theirs in the first of them that passes it; and all that is
/// passed where a child is at work, in the last life where one is.
pub async fn points() -> (Vec<Point>, Vec<Point>) {
    let mut led: Vec<(Subject, Life)> = Life::ALL.map(|life| (subject_of(life), life)).to_vec();
    // For what happens to a child there has to be one that takes its time.
    led.push((Subject::Slow, Life::ByHand));
    let lives = led.into_iter().map(|(subject, life)| async move {
        passed(subject, life, database::sqlite().await).await
    });
    let lives = futures_util::future::join_all(lives).await;
    let (mut seen, mut seen_working) = (BTreeSet::new(), BTreeSet::new());
    let first = lives.iter().flatten().filter(|point| seen.insert(point.name.clone()));
    let points = first.cloned().collect();
    let working = lives
        .iter()
        .rev()
        .flatten()
        .filter(|point| point.working.is_some() && seen_working.insert(point.name.clone()));
    (points, working.cloned().collect())
}

/// How many lives are led at a time, of all sweeps that run side by side: a life waits most of its time.
static AT_ONCE: Semaphore = Semaphore::const_new(12);

/// What came of a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Swept {
    /// Points with a fault at them: where no engine was at work just then, there was none to be killed.
    pub faults: usize,
    pub violations: usize,
    /// Points of lives on a database that is not here.
    pub not_led: usize,
}

/// Leads the cases, a few at once; prints what came of them, and how many violations there were.
pub async fn sweep(cases: Vec<Case>, seeds: usize) -> Swept {
    let mut lives = JoinSet::new();
    for case in cases {
        lives.spawn(async move {
            let _one = AT_ONCE.acquire().await.expect("it is never closed");
            let own = case.clone();
            let led = tokio::spawn(async move { lead_to_the_point(own).await }).await;
            let died = |error| Some(vec![format!("the life did not end: {error}")]);
            (case, led.unwrap_or_else(died))
        });
    }
    let mut swept = Swept { faults: 0, violations: 0, not_led: 0 };
    let mut idle_lives = Vec::new();
    while let Some(led) = lives.join_next().await {
        let (case, found) = led.expect("it does not panic");
        let Some(found) = found else {
            swept.not_led += case.at.len();
            continue;
        };
        let idle = found.first().is_some_and(|first| first == NOT_REACHED) && found.len() == 2;
        if idle && !case.fault.is_survived() {
            idle_lives.push(format!("{:?} at {:?}", case.fault, case.at));
            continue;
        }
        swept.faults += case.at.len();
        swept.violations += found.len().min(1);
        for what in &found {
            say(&format!("VIOLATION at {case:?}: {what}"));
        }
    }
    let Swept { faults, violations, not_led } = swept;
    if not_led > 0 {
        say(&format!("NOT RUN: {not_led} points on PostgreSQL"));
    }
    if !idle_lives.is_empty() {
        say(&format!("what was to be killed had ended by then: {}", idle_lives.join(", ")));
    }
    say(&format!("{faults} kill points × {seeds} seeds: {violations} violations"));
    swept
}
