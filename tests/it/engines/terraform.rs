//! Engines, run for real under `mayfly supervise`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use mayfly::domain::rng::SystemRng;
use mayfly::engine::{
    Action, Diagnostic, Engine, EngineError, Event, InFlight, Invocation, Job, Layout, OPENTOFU,
    Opened, Preparation, Prepared, Severity, Summary, TERRAFORM, Terraform, Variables, cli_config,
    remove_version,
};
use mayfly::process::{Cause, Exit, Limits, Supervised};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::process::{EXE, NEVER, patient};

/// Both engines that are here; one that is missing is said to be.
fn engines() -> Vec<Terraform> {
    let here = |engine: &Terraform| crate::support::programs::runs(engine.program());
    [TERRAFORM, OPENTOFU].into_iter().filter(here).collect()
}

fn version_of(engine: Terraform) -> Option<semver::Version> {
    let out = Command::new(engine.program()).args(engine.version_args()).output().ok()?;
    engine.parse_version(&String::from_utf8_lossy(&out.stdout))
}

/// A template version of one engine, with a data folder around it.
struct House {
    folder: TempDir,
    engine: Terraform,
    layout: Layout,
    limits: Limits,
}

impl House {
    fn new(engine: Terraform, source: &str) -> House {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        std::fs::create_dir(root.join("template")).unwrap();
        std::fs::write(root.join("template/main.tf"), source).unwrap();
        let layout = Layout {
            version: root.join("versions/v1"),
            source: root.join("template"),
            states: root.join("states"),
            program: engine.program().into(),
            program_version: version_of(engine).unwrap(),
            path: std::env::var("PATH").unwrap(),
            home: root.join("home"),
            cli_config: cli_config(&root, None).unwrap(),
            backend: None,
            plugins: None,
        };
        House { folder, engine, layout, limits: patient() }
    }

    async fn prepare(&self) -> Prepared {
        match self.engine.prepare(&self.layout).unwrap() {
            Preparation::Ready(prepared) => prepared,
            Preparation::Busy => panic!("nobody else is at it"),
            Preparation::Needed(invocations, guard) => {
                for invocation in invocations {
                    let (events, exit) = self.run("init", invocation).await;
                    assert!(exit.success(), "{events:?}");
                }
                guard.finish().unwrap()
            }
        }
    }

    async fn job(&self, environment: &str, run: &str, variables: Value) -> Job {
        let prepared = self.prepare().await;
        let run = self.folder.path().join("runs").join(run);
        let mut job = Job::new(&self.layout, &prepared, environment, &run).unwrap();
        let plain = variables.as_object().cloned().unwrap_or_default();
        let variables = Variables { plain, ..Variables::default() };
        self.engine.supply(&mut job, &variables, &mut SystemRng).unwrap();
        job
    }

    fn start<'a>(
        &'a self,
        name: &str,
        invocation: Invocation,
    ) -> impl Future<Output = Supervised> + 'a {
        let folder = self.folder.path().join("children").join(name);
        async move {
            let spec = invocation.within(self.limits);
            Supervised::start(Path::new(EXE), &folder, &spec).await.unwrap()
        }
    }

    async fn run(&self, name: &str, invocation: Invocation) -> (Vec<Event>, Exit) {
        let child = self.start(name, invocation).await;
        self.follow(&child).await
    }

    async fn follow(&self, child: &Supervised) -> (Vec<Event>, Exit) {
        let mut events = Vec::new();
        let mut listener = self.engine.listener();
        let each = |line: mayfly::process::Line| events.extend(listener.hear(&line.text));
        let exit = child.follow(each).await.unwrap();
        (events, exit)
    }

    async fn plan_and_apply(&self, job: &Job, name: &str) -> (Vec<Event>, Exit) {
        let (events, exit) = self.run(&format!("{name}-plan"), self.engine.plan(job)).await;
        assert!(exit.success(), "{events:?}");
        self.run(&format!("{name}-apply"), self.engine.apply(job)).await
    }
}

fn errors(events: &[Event]) -> Vec<&Diagnostic> {
    events
        .iter()
        .filter_map(|e| match e {
            Event::Diagnostic(d) if d.severity == Severity::Error => Some(d),
            _ => None,
        })
        .collect()
}

const TRIVIAL: &str = r#"
terraform {
  backend "s3" { bucket = "someone-elses" }
}
variable "title" { type = string }
resource "terraform_data" "first" { input = var.title }
resource "terraform_data" "each" {
  for_each = toset(["a", "b"])
  input    = each.key
}
module "inner" { source = "./inner" }
output "title" { value = terraform_data.first.output }
output "secret" {
  value     = "s3cr3t-${terraform_data.first.output}"
  sensitive = true
}
"#;

/// Quotes, line ends, interpolation in every syntax, 10 kB.
fn hostile() -> String {
    format!(
        "'; touch pwned; $(id) `id` \"x\"\n\\ ${{var.title}} %{{ if true }} é\u{1f40e} {}",
        "x".repeat(10_000)
    )
}

fn with_inner_module(engine: Terraform) -> House {
    let house = House::new(engine, TRIVIAL);
    let inner = house.layout.source.join("inner");
    std::fs::create_dir(&inner).unwrap();
    std::fs::write(inner.join("main.tf"), "resource \"terraform_data\" \"deep\" {}\n").unwrap();
    house
}

#[tokio::test]
async fn a_whole_life() {
    for engine in engines() {
        let house = with_inner_module(engine);
        let job = house.job("preview-env-calm-otter", "create", json!({"title": hostile()})).await;
        assert!(matches!(engine.read_state(&job, None), Err(EngineError::StateMissing(_))));
        assert_eq!(engine.open(&job).unwrap(), Opened::New);
        assert!(engine.read_state(&job, None).unwrap().resources.is_empty());

        let (events, exit) = house.run("plan", engine.plan(&job)).await;
        assert!(exit.success(), "{events:?}");
        let planned: Vec<(&str, Action)> = events
            .iter()
            .filter_map(|e| match e {
                Event::Planned { resource, kind, action } => {
                    assert_eq!(kind, "terraform_data");
                    Some((resource.as_str(), *action))
                }
                _ => None,
            })
            .collect();
        assert_eq!(planned.len(), 4, "{events:?}");
        assert!(planned.contains(&("module.inner.terraform_data.deep", Action::Create)));
        assert!(events.contains(&Event::Summary(Summary { add: 4, change: 0, remove: 0 })));
        assert!(errors(&events).is_empty());

        let show = house.start("show", engine.show(&job).unwrap()).await;
        assert!(show.wait().await.unwrap().success());
        let plan = engine.plan_summary(&show.take_stdout(64 << 20).unwrap()).unwrap();
        assert_eq!((plan.to_string(), plan.resources.len()), ("+4 ~0 -0".to_owned(), 4));

        let (events, exit) = house.run("apply", engine.apply(&job)).await;
        assert!(exit.success(), "{events:?}");
        let mut in_flight = InFlight::default();
        events.iter().for_each(|e| in_flight.see(e));
        assert_eq!(in_flight.resources().count(), 0);
        let completed = |e: &&Event| matches!(e, Event::Completed { id: Some(id), .. } if id.starts_with("id="));
        assert_eq!(events.iter().filter(completed).count(), 4);
        let outputs = events.iter().rev().find_map(|e| match e {
            Event::Outputs(outputs) => Some(outputs),
            _ => None,
        });
        let outputs = outputs.expect("an apply tells its outputs");
        assert!(outputs["secret"].sensitive && outputs["secret"].value.is_none());
        assert_eq!(outputs["title"].value, Some(json!(hostile())));
        let warnings = events.iter().filter(|e| matches!(e, Event::Diagnostic(_))).count();
        assert_eq!(warnings, 0, "the layout warns of nothing");

        let outputs = engine.read_state(&job, None).unwrap().outputs;
        assert_eq!(outputs["title"].value, json!(hostile()));
        assert_eq!(outputs["secret"].value, json!(format!("s3cr3t-{}", hostile())));
        assert!(!format!("{outputs:?}").contains("s3cr3t"));
        assert_eq!(
            engine.read_state(&job, None).unwrap().resources,
            [
                "terraform_data.each[\"a\"]",
                "terraform_data.each[\"b\"]",
                "terraform_data.first",
                "module.inner.terraform_data.deep"
            ]
        );
        assert!(matches!(engine.forget(&job), Err(EngineError::StateInUse(_))));

        let (events, exit) = house.run("drift", engine.drift(&job)).await;
        assert_eq!(engine.drifted(exit.code.unwrap()), Some(false), "{events:?}");

        // Another version of the plan changes one and leaves the rest.
        let update = house.job("preview-env-calm-otter", "update", json!({"title": "calm"})).await;
        assert_eq!(engine.open(&update).unwrap(), Opened::Good);
        let (events, exit) = house.plan_and_apply(&update, "update").await;
        assert!(exit.success(), "{events:?}");
        assert!(events.contains(&Event::Summary(Summary { add: 0, change: 1, remove: 0 })));
        assert_eq!(engine.read_state(&update, None).unwrap().outputs["title"].value, json!("calm"));

        let destroy = house.job("preview-env-calm-otter", "destroy", json!({"title": "x"})).await;
        let (events, exit) = house.run("destroy", engine.destroy(&destroy)).await;
        assert!(exit.success(), "{events:?}");
        assert!(events.contains(&Event::Summary(Summary { add: 0, change: 0, remove: 4 })));
        assert!(engine.read_state(&destroy, None).unwrap().resources.is_empty());
        engine.forget(&destroy).unwrap();
        assert_eq!(std::fs::read_dir(&house.layout.states).unwrap().count(), 0);
        remove_version(&house.layout.version).unwrap();
        assert!(!house.layout.version.exists());
        assert!(!house.layout.source.join(".terraform").exists(), "the template is left as it was");
    }
}

#[tokio::test]
async fn environments_share_a_version_that_is_prepared_once_and_read_only() {
    use std::os::unix::fs::PermissionsExt as _;
    for engine in engines() {
        let house = with_inner_module(engine);
        let Preparation::Needed(invocations, guard) = engine.prepare(&house.layout).unwrap() else {
            panic!("nothing is prepared yet")
        };
        assert!(matches!(engine.prepare(&house.layout).unwrap(), Preparation::Busy));
        // Whoever gives up, or dies, frees the place; nothing half-done is ever used.
        drop(guard);
        drop(invocations);
        let prepared = house.prepare().await;
        let again = engine.prepare(&house.layout).unwrap();
        assert!(matches!(again, Preparation::Ready(ready) if ready == prepared));
        let attempts = std::fs::read_dir(&house.layout.version).unwrap().count();
        assert_eq!(attempts, 3, "the lock, the marker and the one attempt that succeeded");
        for folder in [&prepared.source, &prepared.data] {
            assert_eq!(std::fs::metadata(folder).unwrap().permissions().mode() & 0o222, 0);
        }

        // With the template gone; each with its own state.
        std::fs::remove_dir_all(&house.layout.source).unwrap();
        let names: Vec<String> = (0..6).map(|n| format!("env-{n}")).collect();
        let (house, engine) = (&house, &engine);
        let lives = names.iter().map(|name| async move {
            let job = house.job(name, name, json!({"title": name})).await;
            engine.open(&job).unwrap();
            let (events, exit) = house.plan_and_apply(&job, name).await;
            assert!(exit.success(), "{events:?}");
            assert_eq!(engine.read_state(&job, None).unwrap().outputs["title"].value, json!(name));
        });
        futures_util::future::join_all(lives).await;
        let state = house.layout.states.join("env-1");
        let mode = |p: &Path| std::fs::metadata(p).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&state), mode(&state.join("terraform.tfstate"))), (0o700, 0o600));

        // Where the data folder has moved, what `init` wrote is wrong: it is run again.
        let moved =
            Layout { states: house.folder.path().join("elsewhere"), ..house.layout.clone() };
        assert_eq!(moved.prepared().unwrap(), None);
        remove_version(&house.layout.version).unwrap();
    }
}

const FAILS: &str = r#"
resource "terraform_data" "good" {}
resource "terraform_data" "bad" {
  depends_on = [terraform_data.good]
  provisioner "local-exec" {
    command = "echo almost; exit 3"
  }
}
"#;

#[tokio::test]
async fn a_failed_apply_says_what_where_and_keeps_what_it_made() {
    for engine in engines() {
        let house = House::new(engine, FAILS);
        let job = house.job("fails", "create", json!({})).await;
        engine.open(&job).unwrap();
        let (events, exit) = house.plan_and_apply(&job, "create").await;
        assert_eq!((exit.code, exit.cause), (Some(1), Cause::Exited));
        let errors = errors(&events);
        let [error] = errors.as_slice() else { panic!("{events:?}") };
        assert_eq!(error.summary, "local-exec provisioner error");
        assert_eq!(error.address.as_deref(), Some("terraform_data.bad"));
        assert_eq!((error.file.as_deref(), error.line), (Some("main.tf"), Some(5)));
        assert!(error.snippet.as_deref().is_some_and(|s| s.contains("local-exec")), "{error:?}");
        assert!(error.detail.contains("exit status 3"), "{error:?}");
        assert!(events.contains(&Event::Log("terraform_data.bad: almost".into())), "{events:?}");
        let failed = |e: &Event| matches!(e, Event::Errored { resource, .. } if resource == "terraform_data.bad");
        assert!(events.iter().any(failed));
        assert_eq!(
            engine.read_state(&job, None).unwrap().resources,
            ["terraform_data.bad", "terraform_data.good"]
        );
        let (events, exit) = house.run("destroy", engine.destroy(&job)).await;
        assert!(exit.success(), "{events:?}");
        assert!(engine.read_state(&job, None).unwrap().resources.is_empty());
    }
}

#[tokio::test]
async fn a_template_that_is_wrong_fails_in_the_init_with_its_place() {
    for engine in engines() {
        let house = House::new(engine, "resource \"terraform_data\" \"x\" {\n  input = \n}\n");
        let Preparation::Needed(invocations, _guard) = engine.prepare(&house.layout).unwrap()
        else {
            panic!("nothing is prepared yet")
        };
        let (events, exit) = house.run("init", invocations[0].clone()).await;
        assert_eq!(exit.code, Some(1));
        let errors = errors(&events);
        assert!(
            errors.iter().any(|e| e.file.as_deref() == Some("main.tf") && e.line == Some(2)),
            "{events:?}"
        );
    }
}

#[tokio::test]
async fn a_backend_or_cloud_block_of_the_templates_own_is_replaced_also_in_an_override() {
    for engine in engines() {
        let theirs = [
            "backend \"s3\" { bucket = \"theirs\" }",
            "backend \"local\" {\n path = \"theirs\"\n workspace_dir = \"theirs\"\n}",
            "cloud {\n organization = \"theirs\"\n workspaces { name = \"theirs\" }\n}",
        ];
        for theirs in theirs {
            let house = House::new(engine, "resource \"terraform_data\" \"x\" {}\n");
            let text = format!("terraform {{\n{theirs}\n}}\n");
            std::fs::write(house.layout.source.join("override.tf"), text).unwrap();
            let job = house.job("env", "create", json!({})).await;
            engine.open(&job).unwrap();
            let (events, exit) = house.plan_and_apply(&job, "create").await;
            assert!(exit.success(), "{events:?}");
            assert_eq!(engine.read_state(&job, None).unwrap().resources, ["terraform_data.x"]);
        }
    }
}

const PRINTS_ITS_ENVIRONMENT: &str = r#"
variable "note" {
  type      = string
  ephemeral = true
}
resource "terraform_data" "env" {
  provisioner "local-exec" {
    command = "env | sort; touch \"$MAYFLY_WORK_DIR/was-here\""
  }
}
resource "terraform_data" "note" {
  provisioner "local-exec" {
    command     = "echo $NOTE > \"$MAYFLY_WORK_DIR/note\""
    environment = { NOTE = var.note }
  }
}
"#;

#[tokio::test]
async fn a_provisioner_sees_the_listed_environment_and_ephemeral_values_reach_the_apply() {
    for engine in engines() {
        let house = House::new(engine, PRINTS_ITS_ENVIRONMENT);
        let mut job = house.job("env", "create", json!({})).await;
        job.credentials = BTreeMap::from([
            ("AWS_REGION".to_owned(), "eu-central-1".to_owned()),
            ("TF_WORKSPACE".to_owned(), "someone-elses".to_owned()),
        ]);
        job.tags = BTreeMap::from([("mayfly:environment".to_owned(), "env".to_owned())]);
        let ephemeral = json!({"note": "once"}).as_object().cloned().unwrap();
        let variables = Variables { ephemeral, ..Variables::default() };
        engine.supply(&mut job, &variables, &mut SystemRng).unwrap();
        engine.open(&job).unwrap();
        let (events, exit) = house.plan_and_apply(&job, "create").await;
        assert!(exit.success(), "{events:?}");
        let mut names: Vec<&str> = events
            .iter()
            .filter_map(|e| match e {
                Event::Log(text) => text.strip_prefix("terraform_data.env: "),
                _ => None,
            })
            .filter_map(|line| line.split_once('=').map(|(name, _)| name))
            .filter(|name| !matches!(*name, "PWD" | "OLDPWD" | "_" | "SHLVL"))
            .collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(
            names,
            [
                "AWS_REGION",
                "CHECKPOINT_DISABLE",
                "HOME",
                "MAYFLY_SUPERVISED_IN",
                "MAYFLY_WORK_DIR",
                "PATH",
                "TF_CLI_CONFIG_FILE",
                "TF_DATA_DIR",
                "TF_INPUT",
                "TF_IN_AUTOMATION",
                "TF_WORKSPACE",
            ]
        );
        // Shells drop variables whose names have colons, so the provisioner does not show it.
        assert_eq!(engine.apply(&job).env["TF_AWS_DEFAULT_TAGS_mayfly:environment"], "env");
        let work = house.folder.path().join("runs/create/work");
        assert!(work.join("was-here").exists());
        assert_eq!(std::fs::read_to_string(work.join("note")).unwrap(), "once\n");
        let made = engine.read_state(&job, None).unwrap().resources;
        assert_eq!(made, ["terraform_data.env", "terraform_data.note"], "in its own state");
    }
}

fn sleeps(seconds: u32) -> String {
    format!(
        "resource \"terraform_data\" \"made\" {{}}\n\
         resource \"terraform_data\" \"sleeps\" {{\n  depends_on = [terraform_data.made]\n  \
         provisioner \"local-exec\" {{ command = \"echo $$ >> $MAYFLY_WORK_DIR/pid; sleep {seconds}\" }}\n}}\n"
    )
}

async fn pid_of_the_provisioner(house: &House) -> i32 {
    let path = house.folder.path().join("runs/create/work/pid");
    for _ in 0..1000 {
        match std::fs::read_to_string(&path) {
            Ok(text) if text.ends_with('\n') => return text.trim().parse().unwrap(),
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
    panic!("the provisioner never ran")
}

fn is_running(pid: i32) -> bool {
    mayfly::process::Identity::of(pid).is_some()
}

#[tokio::test]
async fn an_interrupted_apply_keeps_its_state_and_leaves_no_process() {
    for engine in engines() {
        let house = House::new(engine, &sleeps(600));
        let job = house.job("env", "create", json!({})).await;
        engine.open(&job).unwrap();
        let (events, exit) = house.run("plan", engine.plan(&job)).await;
        assert!(exit.success(), "{events:?}");
        let apply = house.start("apply", engine.apply(&job)).await;
        let pid = pid_of_the_provisioner(&house).await;
        apply.interrupt().unwrap();
        let (events, exit) = house.follow(&apply).await;
        assert_eq!((exit.cause, exit.code), (Cause::Interrupted, Some(1)), "{events:?}");
        assert!(!is_running(pid));
        assert!(
            engine
                .read_state(&job, None)
                .unwrap()
                .resources
                .contains(&"terraform_data.made".to_owned())
        );
        let (events, exit) = house.run("destroy", engine.destroy(&job)).await;
        assert!(exit.success(), "{events:?}");
        assert!(engine.read_state(&job, None).unwrap().resources.is_empty());
    }
}

#[tokio::test]
async fn an_apply_that_sleeps_forever_ends_at_its_time_limit() {
    for engine in engines() {
        let mut house = House::new(engine, &sleeps(600));
        let job = house.job("env", "create", json!({})).await;
        engine.open(&job).unwrap();
        let (events, exit) = house.run("plan", engine.plan(&job)).await;
        assert!(exit.success(), "{events:?}");
        house.limits = Limits { time: Duration::from_secs(2), grace: NEVER, ..patient() };
        let apply = house.start("apply", engine.apply(&job)).await;
        let pid = pid_of_the_provisioner(&house).await;
        let (events, exit) = house.follow(&apply).await;
        assert_eq!((exit.cause, exit.code), (Cause::TimeLimit, Some(1)), "{events:?}");
        assert!(!is_running(pid));
    }
}

#[tokio::test]
async fn a_killed_apply_leaves_suspects_in_the_log_and_a_state_that_can_be_opened() {
    for engine in engines() {
        let house = House::new(engine, &sleeps(600));
        let job = house.job("env", "create", json!({})).await;
        engine.open(&job).unwrap();
        let (events, exit) = house.run("plan", engine.plan(&job)).await;
        assert!(exit.success(), "{events:?}");
        let apply = house.start("apply", engine.apply(&job)).await;
        let pid = pid_of_the_provisioner(&house).await;
        apply.kill().unwrap();
        let (events, exit) = house.follow(&apply).await;
        assert_eq!((exit.cause, exit.signal), (Cause::Killed, Some(9)));
        assert!(!is_running(pid), "a provisioner's shell does not live on");
        let mut in_flight = InFlight::default();
        events.iter().for_each(|e| in_flight.see(e));
        let suspects: Vec<_> = in_flight.resources().collect();
        assert_eq!(suspects, [("terraform_data.sleeps", Action::Create)]);
        engine.open(&job).unwrap();
        let (events, exit) = house.run("destroy", engine.destroy(&job)).await;
        assert!(exit.success(), "a stale lock blocks nothing: {events:?}");
        assert!(engine.read_state(&job, None).unwrap().resources.is_empty());
    }
}

#[tokio::test]
async fn a_broken_state_is_replaced_by_its_last_good_copy() {
    for engine in engines() {
        let house = House::new(engine, "resource \"terraform_data\" \"x\" {}\n");
        let job = house.job("env", "create", json!({})).await;
        let state = house.layout.states.join("env/terraform.tfstate");
        engine.open(&job).unwrap();
        std::fs::write(&state, "").unwrap();
        assert!(matches!(engine.read_state(&job, None), Err(EngineError::StateBroken { .. })));
        assert_eq!(engine.open(&job).unwrap(), Opened::Restored, "there was no copy yet: empty");
        let (events, exit) = house.plan_and_apply(&job, "create").await;
        assert!(exit.success(), "{events:?}");
        assert_eq!(engine.open(&job).unwrap(), Opened::Good);
        for broken in ["", "{\"version\": 4, \"reso", "{\"version\": 99}"] {
            std::fs::write(&state, broken).unwrap();
            assert_eq!(engine.open(&job).unwrap(), Opened::Restored);
            assert_eq!(engine.read_state(&job, None).unwrap().resources, ["terraform_data.x"]);
        }
        std::fs::write(&state, "{\"encrypted_data\": \"x\", \"version\": 4}").unwrap();
        assert!(matches!(engine.open(&job), Err(EngineError::StateEncrypted(_))));
    }
}
