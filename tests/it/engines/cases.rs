//! The list of cases, and how one engine's are run.

use std::pin::Pin;

use mayfly::engine::Engine;

use super::{ends, starts};

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

macro_rules! cases {
    ($($text:literal => $module:ident::$case:ident),+ $(,)?) => {
        const CASES: &[(&str, Case)] =
            &[$(($text, |engine| Box::pin($module::$case(engine)))),+];
    };
}

cases! {
    "create, with a plan of what comes" => starts::create,
    "outputs, secret ones apart" => starts::outputs,
    "update in place, before and after in the plan" => starts::update,
    "replace" => starts::replace,
    "nothing to do" => starts::no_change,
    "the apply does what the plan said, or nothing else" => starts::held_to_its_plan,
    "hostile values arrive as they were typed" => starts::hostile_values,
    "a value that the provider refuses" => starts::a_refused_value,
    "a mistake in the source, with file and line" => starts::a_mistake_in_the_source,
    "a failure in the middle; what was made is destroyed" => ends::a_failure_in_the_middle,
    "cancel while preparing" => ends::cancel_while_preparing,
    "cancel while planning" => ends::cancel_while_planning,
    "cancel while applying" => ends::cancel_while_applying,
    "cancel while destroying, then destroy" => ends::cancel_while_destroying,
    "time limit" => ends::time_limit,
    "killed: the next run knows what was begun, and destroys" => ends::killed,
    "a broken state is replaced by its last good copy" => ends::a_broken_state,
    "drift with before and after, and its revert" => starts::drift,
    "destroy what is half gone" => ends::half_gone,
    "take in a resource that exists" => starts::adopt,
    "state encrypted with the environment's own key" => starts::encrypted,
    "20 environments of one version at once" => ends::twenty_at_once,
}

/// Runs them all, each in a task of its own, so that one that fails does not end the others.
pub async fn run_all(engine: &'static dyn Engine) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for (case, run) in CASES {
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
