//! `mayfly policy test`.

use std::process::ExitCode;

use super::{Bundle, refuse, unasked};
use crate::policy::{Console, TestReport};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Test {
    #[command(flatten)]
    bundle: Bundle,
    /// Print the lines of each file that no test reaches.
    #[arg(long)]
    coverage: bool,
    /// Fail where fewer of all lines are reached, in per cent.
    #[arg(long, value_name = "PERCENT")]
    coverage_threshold: Option<f64>,
    /// Fail where a deciding rule is reached by no test.
    #[arg(long)]
    every_rule: bool,
}

impl Test {
    /// 0: all passed. 1: one failed, or too little was reached. 2: they could not be run.
    pub(super) async fn run(self) -> ExitCode {
        let settings = match self.bundle.settings() {
            Ok(mut settings) => {
                // A suite is more than one evaluation.
                settings.limits.cpu_seconds = 120;
                settings.limits.time = std::time::Duration::from_secs(180);
                settings.limits.answer_bytes = 64 << 20;
                settings
            }
            Err(error) => return unasked(&error),
        };
        let console = match Console::load_with_tests(settings) {
            Ok(console) => console,
            Err(problems) => return refuse(&problems),
        };
        let report = match console.test().await {
            Ok(report) => report,
            Err(why) => return unasked(&why),
        };
        print!("{}", text(&report));
        if self.coverage {
            print!("{}", coverage(&report));
        }
        let too_little = self.coverage_threshold.is_some_and(|least| report.percent() < least);
        if too_little {
            eprintln!("error: {:.1} % of the lines are reached", report.percent());
        }
        let missed = self.every_rule && !report.unreached.is_empty();
        match report.failed.is_empty() && !too_little && !missed {
            true => ExitCode::SUCCESS,
            false => ExitCode::from(1),
        }
    }
}

fn text(report: &TestReport) -> String {
    let mut text = String::new();
    for test in &report.failed {
        text += &format!("{}: FAIL {}\n", test.place, test.name);
        for line in &test.said {
            text += &format!("    {line}\n");
        }
    }
    for (rule, place) in &report.unreached {
        text += &format!("{place}: no test reaches {rule}\n");
    }
    text += &format!("{} passed, {} failed", report.passed, report.failed.len());
    if report.skipped > 0 {
        text += &format!(", {} skipped", report.skipped);
    }
    text + &format!(" · {:.1} % of the lines reached\n", report.percent())
}

fn coverage(report: &TestReport) -> String {
    let mut text = String::new();
    for file in &report.coverage {
        let all = file.covered + file.missed.len();
        text += &format!("{}: {} of {all} lines", file.file, file.covered);
        if !file.missed.is_empty() {
            let missed: Vec<String> = file.missed.iter().map(ToString::to_string).collect();
            text += &format!(", not {}", missed.join(", "));
        }
        text.push('\n');
    }
    text
}
