//! A template version of one engine with a data folder around it, and its calls.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use mayfly::domain::plan::PlanSummary;
use mayfly::domain::rng::SystemRng;
use mayfly::engine::{
    Diagnostic, Engine, Event, Inventory, Invocation, Job, Layout, Preparation, Prepared, Severity,
    Variables, cli_config,
};
use mayfly::process::{Exit, Limits, Supervised};
use secrecy::SecretString;
use serde_json::Value;
use tempfile::TempDir;

use super::programs::Program;
use crate::process::{EXE, patient};

/// The version of the engine that the PATH has.
pub fn version_of(engine: &dyn Engine) -> Option<semver::Version> {
    let out = Command::new(engine.program()).args(engine.version_args()).output().ok()?;
    engine.parse_version(&String::from_utf8_lossy(&out.stdout))
}

pub struct Bench {
    pub folder: TempDir,
    pub engine: &'static dyn Engine,
    pub layout: Layout,
    pub limits: Limits,
    pub credentials: BTreeMap<String, String>,
    /// Whether the template asks for an encrypted state.
    pub encrypts: bool,
    children: std::sync::atomic::AtomicUsize,
}

/// How a call ended, and what it said.
pub struct Said {
    pub events: Vec<Event>,
    pub exit: Exit,
}

impl Said {
    pub fn errors(&self) -> Vec<&Diagnostic> {
        let error = |event: &'_ Event| matches!(event, Event::Diagnostic(d) if d.severity == Severity::Error);
        let found = self.events.iter().filter(|event| error(event));
        found.filter_map(|e| if let Event::Diagnostic(d) = e { Some(d) } else { None }).collect()
    }

    #[track_caller]
    pub fn well(self) -> Said {
        assert!(self.exit.success(), "{:?}: {:#?}", self.exit, self.events);
        self
    }
}

impl Bench {
    pub fn new(engine: &'static dyn Engine, program: Program) -> Bench {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("it is there");
        std::fs::create_dir(root.join("template")).expect("made");
        std::fs::create_dir(root.join("files")).expect("made");
        for (name, text) in program(engine) {
            std::fs::write(root.join("template").join(name), text).expect("written");
        }
        let layout = Layout {
            version: root.join("versions/v1"),
            source: root.join("template"),
            states: root.join("states"),
            program: engine.program().into(),
            program_version: version_of(engine).expect("it is there"),
            path: std::env::var("PATH").expect("there is a PATH"),
            home: root.join("home"),
            cli_config: cli_config(&root, None).expect("written"),
            backend: None,
            plugins: None,
        };
        Bench {
            folder,
            engine,
            layout,
            limits: patient(),
            credentials: BTreeMap::new(),
            encrypts: false,
            children: Default::default(),
        }
    }

    pub async fn prepare(&self) -> Prepared {
        loop {
            match self.engine.prepare(&self.layout).expect("it can be prepared") {
                Preparation::Ready(prepared) => return prepared,
                Preparation::Busy => tokio::time::sleep(std::time::Duration::from_millis(50)).await,
                Preparation::Needed(invocations, guard) => {
                    for invocation in invocations {
                        self.run(invocation).await.well();
                    }
                    return guard.finish().expect("prepared");
                }
            }
        }
    }

    /// A run of an environment up to its first plan: supplied, opened and entered.
    pub async fn job(&self, environment: &str, run: &str, variables: Value) -> Job {
        let job = self.supplied(environment, run, variables).await;
        self.enter(&job).await;
        job
    }

    pub async fn enter(&self, job: &Job) {
        let opened = self.engine.open(job).expect("its state can be opened");
        for call in self.engine.enter(job, opened).expect("it can be entered") {
            self.run(call).await.well();
        }
    }

    pub async fn supplied(&self, environment: &str, run: &str, variables: Value) -> Job {
        let prepared = self.prepare().await;
        let mut job = Job::new(&self.layout, &prepared, environment, &self.run_folder(run))
            .expect("a name that is fit");
        job.key = Some(SecretString::from("0123456789abcdef0123456789abcdef".to_owned()));
        job.encrypts = self.encrypts;
        job.credentials = self.credentials.clone();
        let plain = variables.as_object().cloned().unwrap_or_default();
        let secret = plain.keys().filter(|name| *name == "password").cloned().collect();
        let variables = Variables { plain, secret, ..Variables::default() };
        self.engine.supply(&mut job, &variables, &mut SystemRng).expect("written");
        job
    }

    /// Where programs may put files.
    pub fn files(&self) -> PathBuf {
        self.folder.path().canonicalize().expect("it is there").join("files")
    }

    pub fn run_folder(&self, run: &str) -> PathBuf {
        self.folder.path().canonicalize().expect("it is there").join("runs").join(run)
    }

    pub async fn start(&self, invocation: Invocation) -> Supervised {
        let n = self.children.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let folder = self.folder.path().join("children").join(n.to_string());
        let spec = invocation.within(self.limits);
        Supervised::start(Path::new(EXE), &folder, &spec).await.expect("it starts")
    }

    pub async fn run(&self, invocation: Invocation) -> Said {
        let child = self.start(invocation).await;
        self.follow(&child).await
    }

    pub async fn follow(&self, child: &Supervised) -> Said {
        let mut events = Vec::new();
        let mut listener = self.engine.listener();
        let each = |line: mayfly::process::Line| events.extend(listener.hear(&line.text));
        let exit = child.follow(each).await.expect("it can be followed");
        events.extend(listener.finish());
        Said { events, exit }
    }

    /// Plans; what the plan would do.
    pub async fn plan(&self, job: &Job) -> PlanSummary {
        let child = self.start(self.engine.plan(job)).await;
        self.follow(&child).await.well();
        let printed = self.shown(job, &child).await;
        self.engine.plan_summary(&printed).expect("a plan")
    }

    async fn shown(&self, job: &Job, planned: &Supervised) -> Vec<u8> {
        let at_most = 1 << 26;
        let Some(show) = self.engine.show(job) else {
            return planned.read_stdout(at_most).expect("it printed it");
        };
        let child = self.start(show).await;
        assert!(child.wait().await.expect("it ends").success());
        child.take_stdout(at_most).expect("it printed it")
    }

    pub async fn apply(&self, job: &Job) -> Said {
        self.run(self.engine.apply(job)).await
    }

    /// Plans and applies, both successfully.
    pub async fn make(&self, job: &Job) -> PlanSummary {
        let plan = self.plan(job).await;
        self.apply(job).await.well();
        plan
    }

    pub async fn destroy(&self, job: &Job) -> Said {
        self.run(self.engine.destroy(job)).await
    }

    /// `None`: there is no drift.
    pub async fn drift(&self, job: &Job) -> Option<PlanSummary> {
        let child = self.start(self.engine.drift(job)).await;
        let said = self.follow(&child).await;
        let code = said.exit.code.expect("it ends by itself");
        if !self.engine.drifted(code).unwrap_or_else(|| panic!("{:#?}", said.events)) {
            return None;
        }
        let printed = self.shown(job, &child).await;
        let drift = self.engine.drift_summary(&printed).expect("a drift");
        // What differs from the state, and not from what the source wants, is nobody's doing.
        (!drift.resources.is_empty()).then_some(drift)
    }

    pub async fn inventory(&self, job: &Job) -> Inventory {
        let Some(call) = self.engine.state_call(job) else {
            return self.engine.read_state(job, None).expect("a state");
        };
        let child = self.start(call).await;
        let exit = child.wait().await.expect("it ends");
        assert!(exit.success(), "{exit:?} {:?}", child.read_stderr(1 << 20));
        let printed = child.take_stdout(1 << 26).expect("it printed it");
        self.engine.read_state(job, Some(&printed)).expect("a state")
    }

    /// Destroys, and removes the state: nothing is left.
    pub async fn ends(&self, job: &Job) {
        self.destroy(job).await.well();
        assert_eq!(self.inventory(job).await.resources, [""; 0]);
        self.engine.open(job).expect("it is good");
        if let Some(call) = self.engine.leave(job) {
            self.run(call).await.well();
        }
        self.engine.forget(job).expect("it is empty");
    }

    /// Waits until a file is there.
    pub async fn appears(&self, file: &Path) {
        for _ in 0..3000 {
            if file.exists() {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("{} never appeared", file.display())
    }

    /// The process of the command that wrote its number into the run's work folder.
    pub async fn pid(&self, run: &str) -> i32 {
        let path = self.run_folder(run).join("work/pid");
        for _ in 0..3000 {
            match std::fs::read_to_string(&path) {
                Ok(text) if text.ends_with('\n') => return text.trim().parse().expect("a number"),
                _ => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            }
        }
        panic!("the command never ran")
    }
}

pub fn is_running(pid: i32) -> bool {
    mayfly::process::Identity::of(pid).is_some()
}
