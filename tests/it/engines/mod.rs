//! Engines, run for real under `mayfly supervise`: one list of cases for all of them, and what only
//! Terraform's kind has.

mod backends;
mod bench;
mod cases;
mod ends;
mod programs;
mod starts;
mod table;
mod terraform;

use mayfly::engine::{Engine, OPENTOFU, PULUMI, TERRAFORM};

use crate::support::say;

/// The suite for one engine: every case, its table, and the committed page.
async fn conforms(engine: &'static dyn Engine) {
    let Some(version) = bench::version_of(engine) else {
        let all = std::env::var("MAYFLY_ENGINES").is_ok_and(|engines| engines == "all");
        assert!(
            !all,
            "error: MAYFLY_ENGINES=all, and `{}` is not on the PATH\nhint: scripts/engines builds it",
            engine.program()
        );
        say(&format!("NOT RUN: {} is not on the PATH; no case of it was tried", engine.program()));
        return;
    };
    let outcomes = cases::run_all(engine).await;
    say(&format!("{} {version}\n{}", engine.program(), table::printed(&outcomes)));
    table::agrees(engine, &outcomes);
    let failed: Vec<_> = outcomes.iter().filter(|outcome| outcome.failed()).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

// Pulumi's life is the longest: the first test to be started ends last.
#[tokio::test(flavor = "multi_thread")]
async fn a_pulumi_conforms() {
    conforms(&PULUMI).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn terraform_conforms() {
    conforms(&TERRAFORM).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tofu_conforms() {
    conforms(&OPENTOFU).await;
}
