//! The list of cases, and how one engine's are run.

use std::pin::Pin;

use mayfly::engine::Engine;

use super::{ends, starts};
use crate::support::say;

/// What an engine does in a case, in a few words for the table.
pub type Verdict = &'static str;

pub const YES: Verdict = "yes";

type Running = Pin<Box<dyn Future<Output = Verdict> + Send>>;
type Case = fn(&'static dyn Engine) -> Running;

/// How a case went.
#[derive(Debug)]
pub struct Outcome {
    pub case: &'static str,
    pub verdict: Result<Verdict, String>,
}

impl Outcome {
    pub fn failed(&self) -> bool {
        self.verdict.is_err()
    }
}

/// How long a case takes: a real provider needs seconds to start, and each call starts it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Takes {
    Seconds,
    /// With Terraform's kind; Pulumi's providers are small.
    AMinute,
}
use Takes::{AMinute, Seconds};

macro_rules! cases {
    ($($takes:ident $text:literal => $module:ident::$case:ident),+ $(,)?) => {
        const CASES: &[(Takes, &str, Case)] =
            &[$(($takes, $text, |engine| Box::pin($module::$case(engine)))),+];
    };
}

cases! {
    Seconds "create, with a plan of what comes" => starts::create,
    Seconds "outputs, secret ones apart" => starts::outputs,
    Seconds "update in place, before and after in the plan" => starts::update,
    Seconds "replace" => starts::replace,
    Seconds "nothing to do" => starts::no_change,
    Seconds "the apply does what the plan said, or nothing else" => starts::held_to_its_plan,
    Seconds "hostile values arrive as they were typed" => starts::hostile_values,
    AMinute "a value that the provider refuses" => starts::a_refused_value,
    Seconds "a mistake in the source, with file and line" => starts::a_mistake_in_the_source,
    Seconds "a failure in the middle; what was made is destroyed" => ends::a_failure_in_the_middle,
    Seconds "cancel while preparing" => ends::cancel_while_preparing,
    AMinute "cancel while planning" => ends::cancel_while_planning,
    Seconds "cancel while applying" => ends::cancel_while_applying,
    Seconds "cancel while destroying, then destroy" => ends::cancel_while_destroying,
    Seconds "time limit" => ends::time_limit,
    Seconds "killed: the next run knows what was begun, and destroys" => ends::killed,
    Seconds "a broken state is replaced by its last good copy" => ends::a_broken_state,
    AMinute "drift with before and after, and its revert" => starts::drift,
    AMinute "destroy what is half gone" => ends::half_gone,
    Seconds "take in a resource that exists" => starts::adopt,
    Seconds "state encrypted with the environment's own key" => starts::encrypted,
    Seconds "20 environments of one version at once" => ends::twenty_at_once,
}

/// Runs them, each in a task of its own, so that one that fails does not end the others. Those that take a
/// minute are run where all engines are demanded.
pub async fn run_all(engine: &'static dyn Engine) -> Vec<Outcome> {
    let all = std::env::var("MAYFLY_ENGINES").is_ok_and(|engines| engines == "all");
    let mut outcomes = Vec::new();
    for (takes, case, run) in CASES {
        if *takes == AMinute && engine.program() != "pulumi" && !all {
            let engine = engine.program();
            say(&format!("NOT RUN: {engine} · {case}: it takes a minute; MAYFLY_ENGINES=all"));
            continue;
        }
        let begun = std::time::Instant::now();
        let verdict = tokio::spawn(run(engine)).await.map_err(|error| {
            let panic = error.into_panic();
            let text = panic.downcast_ref::<String>().cloned();
            text.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()))
                .unwrap_or_else(|| "it panicked".to_owned())
        });
        println!("{} · {case}: {:.1} s", engine.program(), begun.elapsed().as_secs_f32());
        outcomes.push(Outcome { case, verdict });
    }
    outcomes
}
