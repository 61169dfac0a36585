//! The binary's own verbs, one file each.

pub mod audit;
mod cost;
mod database;
pub mod demo;
mod doctor;
mod engines;
mod errors;
mod export;
mod manifest;
mod policy;
mod serve;
pub mod supervise;
mod sweep_aws;
mod template;

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The Slack bot that gives every developer an environment on demand and takes it away again.
///
/// New here? `mayfly demo` shows everything on this machine, without Slack.
#[derive(Debug, Parser)]
#[command(name = "mayfly", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Try it: a simulated Slack workspace in the browser, the real bot, real Terraform.
    Demo(demo::Demo),
    /// Run the bot for a real Slack workspace.
    Serve(serve::Serve),
    /// Look at everything that `serve` needs, and say what to do about what is missing.
    Doctor(Settings),
    /// List the engines that this machine has: Terraform, OpenTofu, Pulumi.
    Engines(engines::Engines),
    /// Print the manifest of the Slack app, to paste into api.slack.com/apps.
    SlackManifest(manifest::SlackManifest),
    /// Work on templates.
    #[command(subcommand)]
    Template(template::Template),
    /// What things cost: by the price books, and a plan.
    #[command(subcommand)]
    Cost(cost::Cost),
    /// Work on policies: test them, check a plan by them.
    #[command(subcommand)]
    Policy(policy::Policy),
    /// Verify and export the audit trail: who did what, when.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Stay beside one engine process (the bot calls this itself).
    #[command(hide = true)]
    Supervise {
        folder: PathBuf,
        /// The child itself: this process becomes the program that is named here.
        #[arg(last = true)]
        program: Vec<OsString>,
    },
    /// Evaluate policies, read from standard input (the bot calls this itself).
    #[command(hide = true)]
    PolicyEval {
        #[arg(long)]
        memory_bytes: u64,
        #[arg(long)]
        cpu_seconds: u64,
        /// A program that this process becomes, under these limits.
        #[arg(last = true)]
        program: Vec<OsString>,
    },
    /// List what has our tag in AWS (the bot calls this itself, with a template's credentials).
    #[command(hide = true)]
    SweepAws,
}

/// Where the settings are.
#[derive(Debug, clap::Args)]
struct Settings {
    /// The settings; `mayfly.toml` here, if there is one, unless said otherwise.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Settings {
    /// The settings of the file and of the environment.
    fn load(&self) -> Result<crate::config::Config, Vec<crate::config::ConfigError>> {
        let usual = PathBuf::from("mayfly.toml");
        let file = self.config.clone().or_else(|| usual.exists().then_some(usual));
        crate::config::Config::load(file.as_deref(), std::env::vars().collect())
    }
}

/// Reads the command line and does it.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and errors alike; a closed pipe is nobody's problem.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    // Before any thread is started: a supervisor is a process of its own.
    if let Verb::Supervise { folder, program } = &cli.verb {
        return match program.is_empty() {
            true => supervise::run(folder),
            false => supervise::become_program(folder, program),
        };
    }
    if let Verb::PolicyEval { memory_bytes, cpu_seconds, program } = &cli.verb {
        let limits =
            crate::policy::ChildLimits { memory_bytes: *memory_bytes, cpu_seconds: *cpu_seconds };
        return policy::child(limits, program);
    }
    log_to_stderr(&cli.verb);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return errors::fail(&format!("the runtime does not start: {error}")),
    };
    runtime.block_on(async {
        match cli.verb {
            Verb::Demo(demo) => demo.run().await,
            Verb::Serve(serve) => serve.run().await,
            Verb::Doctor(settings) => doctor::run(&settings).await,
            Verb::Engines(engines) => engines.run().await,
            Verb::SlackManifest(manifest) => manifest.run(),
            Verb::Template(template) => template.run(),
            Verb::Cost(cost) => cost.run().await,
            Verb::Audit(audit) => audit.run().await,
            Verb::SweepAws => sweep_aws::run().await,
            Verb::Policy(policy) => policy.run().await,
            Verb::Supervise { .. } | Verb::PolicyEval { .. } => ExitCode::FAILURE,
        }
    })
}

/// What is logged is set by `MAYFLY_LOG` (`info`, `mayfly=debug` …); a demo is quiet unless asked.
fn log_to_stderr(verb: &Verb) {
    let usual = match verb {
        Verb::Serve(_) => "info",
        _ => "error",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("MAYFLY_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(usual));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}
