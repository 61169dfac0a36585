//! Fail points: places at which a test ends, stops or refuses the process, to see that nothing is lost by it.
//!
//! They are compiled in with the feature `failpoints`, which no release has. There is one before and one after
//! every commit, named by what its transaction is for, and before and after every effect outside the database,
//! named by [`EFFECTS`]. `FAILPOINTS="claim a run/after=return(kill)"` in the environment arms one; what
//! `fail::cfg` describes is understood (`2*off->return(kill)`: the third time). With `MAYFLY_POINTS_LOG` each
//! that is passed is appended to that file.

/// On which side of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    Before,
    After,
}

impl Moment {
    pub fn as_str(self) -> &'static str {
        match self {
            Moment::Before => "before",
            Moment::After => "after",
        }
    }
}

/// Effects outside the database: what each is called at its fail points.
pub const EFFECTS: &[&str] = &[
    START_CHILD,
    SEE_END,
    INTERRUPT_CHILD,
    BURY,
    LAY_OUT,
    SUPPLY,
    NOTE_READ,
    OPEN_STATE,
    PUT_STATE,
    PUT_PLAN,
    REMEMBER,
    FORGET_STATE,
    REMOVE_EMPTY_STATE,
    REMOVE_SITE,
    REMOVE_RUN,
    REMOVE_LEFT,
    SEND,
    FINISH_PREPARING,
];
/// A child is started under its supervisor.
pub const START_CHILD: &str = "start a child";
/// A child's end has been seen.
pub const SEE_END: &str = "see a child end";
/// A child is asked to end.
pub const INTERRUPT_CHILD: &str = "interrupt a child";
/// What a dead supervisor left is ended.
pub const BURY: &str = "end what a supervisor left";
/// A version's source is laid out for all.
pub const LAY_OUT: &str = "lay out a version";
/// How far a child's output is in the log is written beside it.
pub const NOTE_READ: &str = "note how far was read";
/// The files of a run's variables are written.
pub const SUPPLY: &str = "write a run's variables";
/// A state is opened, and copied beside itself.
pub const OPEN_STATE: &str = "open a state";
/// The state's copy takes its place.
pub const PUT_STATE: &str = "put a state in its place";
/// The sealed plan of a run that has waited is laid out again.
pub const PUT_PLAN: &str = "put a plan in its place";
/// What there is to be destroyed is written down beside the state.
pub const REMEMBER: &str = "remember what there is";
/// The state of a create that made nothing is removed.
pub const REMOVE_EMPTY_STATE: &str = "remove an empty state";
/// What is left of a preview site is removed.
pub const REMOVE_SITE: &str = "remove a site";
/// What stayed on a machine of an environment that another has destroyed is removed.
pub const REMOVE_LEFT: &str = "remove what is left of an environment";
/// The folder of a run that has ended is removed.
pub const REMOVE_RUN: &str = "remove a run's folder";
/// The empty state of a destroyed environment is removed.
pub const FORGET_STATE: &str = "forget a state";
/// A message goes to Slack.
pub const SEND: &str = "send a message";
/// A version of a template is made ready for all.
pub const FINISH_PREPARING: &str = "finish preparing";

/// Arms what the environment asks for. First thing in `main`; what a release does not have, it does not arm.
pub fn arm() {
    #[cfg(feature = "failpoints")]
    armed::arm();
}

/// What makes one run of several: with it off the proof has to find violations.
pub const RECONCILE: &str = "reconcile";

/// An effect outside the database, between its two fail points.
#[inline]
pub fn around<T>(what: &str, effect: impl FnOnce() -> T) -> T {
    point(what, Moment::Before);
    let outcome = effect();
    point(what, Moment::After);
    outcome
}

/// Whether a test has switched this off, by `FAILPOINTS="reconcile/off=return"`.
#[inline]
pub fn is_off(_what: &str) -> bool {
    #[cfg(feature = "failpoints")]
    return armed::is_off(_what);
    #[cfg(not(feature = "failpoints"))]
    false
}

/// A fail point.
#[inline]
pub fn point(_what: &str, _moment: Moment) {
    #[cfg(feature = "failpoints")]
    armed::point(_what, _moment);
}

/// A commit that a test wants to fail: as a database does that has gone away.
#[inline]
pub fn refuse(_what: &str) -> Result<(), String> {
    #[cfg(feature = "failpoints")]
    armed::refuse(_what)?;
    Ok(())
}

#[cfg(feature = "failpoints")]
mod armed {
    use std::io::Write as _;

    use rustix::process::{Signal, getpid, kill_process};

    use super::Moment;

    pub(super) fn arm() {
        // Dropped it would disarm all of them.
        std::mem::forget(fail::FailScenario::setup());
    }

    pub(super) fn point(what: &str, moment: Moment) {
        let name = format!("{what}/{}", moment.as_str());
        note(&name);
        fail::fail_point!(&name, |how| act(how.as_deref()));
    }

    pub(super) fn refuse(what: &str) -> Result<(), String> {
        let name = format!("{what}/refused");
        fail::fail_point!(&name, |_| {
            note(&name);
            Err("refused by a fail point".to_owned())
        });
        Ok(())
    }

    pub(super) fn is_off(what: &str) -> bool {
        fail::fail_point!(&format!("{what}/off"), |_| true);
        false
    }

    fn act(how: Option<&str>) {
        let signal = match how {
            Some("stop") => Signal::STOP,
            _ => Signal::KILL,
        };
        // Nobody can refuse a signal to itself.
        let _ = kill_process(getpid(), signal);
        // A stop takes effect on the way back from the call, a kill too: not a line further.
        std::thread::sleep(std::time::Duration::from_millis(50));
    }

    fn note(name: &str) {
        let Some(file) = std::env::var_os("MAYFLY_POINTS_LOG") else { return };
        let file = std::fs::OpenOptions::new().create(true).append(true).open(file);
        // A test that cannot read it says so.
        let _ = file.and_then(|mut file| file.write_all(format!("{name}\n").as_bytes()));
    }
}
