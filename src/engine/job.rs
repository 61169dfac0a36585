//! One run of one environment: its variables, its plan, its state folder, its children's environment.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use super::EngineError;
use super::layout::{Layout, Prepared, check_absolute, make_private, to_json, write_whole};

/// One environment and one run of it.
#[derive(Clone)]
pub struct Job {
    layout: Layout,
    prepared: Prepared,
    environment: String,
    run: PathBuf,
    /// What the template's credentials setting names.
    pub credentials: BTreeMap<String, String>,
    /// Put on whatever an AWS provider makes, by `TF_AWS_DEFAULT_TAGS_<key>`.
    pub tags: BTreeMap<String, String>,
    /// What the environment's state is encrypted with, where its engine does that.
    pub key: Option<SecretString>,
    /// Whether the template asks for it where the engine leaves the choice.
    pub encrypts: bool,
    ephemeral: bool,
}

/// A template's variables. Ephemeral ones are handed over at plan and apply, and stored in neither.
#[derive(Clone, Default)]
pub struct Variables {
    /// Which of the plain ones are secrets.
    pub secret: BTreeSet<String>,
    pub plain: Map<String, Value>,
    pub ephemeral: Map<String, Value>,
}

impl Job {
    /// A run of `environment`, whose name must be fit for a folder; `run` is the run's folder.
    pub fn new(
        layout: &Layout,
        prepared: &Prepared,
        environment: &str,
        run: &Path,
    ) -> Result<Job, EngineError> {
        let fit = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let named = !environment.is_empty() && environment.len() <= 90;
        // The workspace `default` keeps its state elsewhere.
        if !named
            || !environment.chars().all(fit)
            || environment.starts_with('.')
            || environment == "default"
        {
            return Err(EngineError::Name(environment.chars().take(100).collect()));
        }
        check_absolute(run)?;
        make_private(run)?;
        make_private(&run.join("work"))?;
        Ok(Job {
            layout: layout.clone(),
            prepared: prepared.clone(),
            environment: environment.to_owned(),
            run: run.to_path_buf(),
            credentials: BTreeMap::new(),
            tags: BTreeMap::new(),
            key: None,
            encrypts: false,
            ephemeral: false,
        })
    }

    /// Writes the variables as the JSON that `-var-file` takes.
    pub(super) fn write_variables(&mut self, variables: &Variables) -> Result<(), EngineError> {
        write_whole(&self.variables_file(), &to_json(&variables.plain))?;
        self.ephemeral = !variables.ephemeral.is_empty();
        if self.ephemeral {
            write_whole(&self.run.join("ephemeral.json"), &to_json(&variables.ephemeral))?;
        }
        Ok(())
    }

    /// The saved plan. It holds secrets.
    pub fn plan_file(&self) -> PathBuf {
        self.run.join("saved.plan")
    }

    /// Lays a saved plan out, as it was read from [`Job::plan_file`] before.
    pub fn put_plan(&self, plan: &[u8]) -> Result<(), EngineError> {
        write_whole(&self.plan_file(), plan)
    }

    /// Holds secrets.
    pub(super) fn variables_file(&self) -> PathBuf {
        self.run.join("vars.json")
    }

    /// If there are such variables. Holds secrets.
    pub(super) fn ephemeral_file(&self) -> Option<PathBuf> {
        self.ephemeral.then(|| self.run.join("ephemeral.json"))
    }

    pub(super) fn state_folder(&self) -> PathBuf {
        self.layout.states.join(&self.environment)
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(super) fn prepared(&self) -> &Prepared {
        &self.prepared
    }

    /// The environment's name.
    pub(super) fn environment(&self) -> &str {
        &self.environment
    }

    pub(super) fn run_folder(&self) -> &Path {
        &self.run
    }

    /// Where a template's own commands may write: the source is read-only.
    pub(super) fn work_folder(&self) -> PathBuf {
        self.run.join("work")
    }

    /// The environment's key, in clear.
    pub(super) fn key(&self) -> Result<String, EngineError> {
        let key = self.key.as_ref().ok_or(EngineError::NoKey)?;
        Ok(key.expose_secret().to_owned())
    }

    /// What every child of this job gets. Ours stand last: no credentials setting overrides them.
    pub(super) fn base_environment(&self) -> BTreeMap<String, String> {
        let mut env = self.credentials.clone();
        env.extend(self.layout.environment());
        let work = self.work_folder().to_string_lossy().into_owned();
        env.insert("MAYFLY_WORK_DIR".into(), work);
        env
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Engine as _, TERRAFORM};

    fn layout(folder: &Path) -> Layout {
        Layout {
            version: folder.join("version"),
            source: folder.join("template"),
            states: folder.join("states"),
            program: "terraform".into(),
            program_version: semver::Version::new(1, 11, 4),
            path: "/bin".into(),
            home: folder.join("home"),
            cli_config: folder.join("engine.tfrc"),
            backend: None,
            plugins: None,
        }
    }

    #[test]
    fn a_name_that_could_leave_the_states_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let prepared = Prepared { source: "/src".into(), data: "/data".into() };
        let job = |name: &str| {
            Job::new(&layout(folder.path()), &prepared, name, &folder.path().join("run"))
        };
        let long = "x".repeat(91);
        for name in ["", "default", "..", ".hidden", "a/b", "a b", "ä", &long] {
            assert!(matches!(job(name), Err(EngineError::Name(_))), "{name}");
        }
        for name in ["preview-env-calm-otter", "a", "A_1.b", &"x".repeat(90)] {
            assert!(job(name).is_ok(), "{name}");
        }
        let relative = Job::new(&layout(folder.path()), &prepared, "a", Path::new("run"));
        assert!(matches!(relative, Err(EngineError::Relative(_))));
    }

    #[test]
    fn nothing_secret_is_an_argument_or_printed() {
        let folder = tempfile::tempdir().unwrap();
        let prepared = Prepared { source: "/src".into(), data: "/data".into() };
        let run = folder.path().join("run");
        let mut job = Job::new(&layout(folder.path()), &prepared, "env", &run).unwrap();
        job.credentials.insert("AWS_SECRET_ACCESS_KEY".into(), "hunter2".into());
        let secret =
            |text: &str| [("password".to_owned(), Value::from(text))].into_iter().collect();
        let variables = Variables {
            plain: secret("hunter2"),
            ephemeral: secret("hunter2"),
            ..Variables::default()
        };
        job.write_variables(&variables).unwrap();
        for ours in ["PATH", "TF_CLI_CONFIG_FILE", "TF_DATA_DIR", "TF_WORKSPACE"] {
            job.credentials.insert(ours.into(), "theirs".into());
        }
        let invocation = TERRAFORM.destroy(&job);
        assert!(!invocation.env.values().any(|value| value == "theirs"), "ours stand last");
        assert_eq!(invocation.env["AWS_SECRET_ACCESS_KEY"], "hunter2");
        assert!(!format!("{invocation:?}").contains("hunter2"));
        for file in ["vars.json", "ephemeral.json"] {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(run.join(file)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{file}");
        }
    }
}
