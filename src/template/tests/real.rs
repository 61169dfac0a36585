//! `preview-env` with a real Terraform, where there is one.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::shipped;
use crate::domain::rng::SystemRng;
use crate::template::{Files, RawInputs, ReservedValues, Supplied, Template};

const HOSTILE: &str = "'; touch pwned; $(touch pwned) `touch pwned` \"${x}\" %{if} \\";
const MARKUP: &str = "</title><script>alert('1')</script> & %s \"q\"";

/// One environment's folders.
struct Environment {
    root: tempfile::TempDir,
}

impl Environment {
    fn terraform(&self, args: &[&str]) -> (bool, String) {
        let root = self.root.path();
        let output = Command::new("terraform")
            .arg(format!("-chdir={}", root.join("src").display()))
            .args(args)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", root)
            .env("TF_DATA_DIR", root.join("data"))
            .env("TF_CLI_CONFIG_FILE", root.join("cli.tfrc"))
            .env("CHECKPOINT_DISABLE", "1")
            .stdin(Stdio::null())
            .output()
            .expect("terraform runs");
        let mut said = String::from_utf8_lossy(&output.stdout).into_owned();
        said.push_str(&String::from_utf8_lossy(&output.stderr));
        (output.status.success(), said)
    }

    fn well(&self, args: &[&str]) -> String {
        let (ok, said) = self.terraform(args);
        assert!(ok, "terraform {args:?}\n{said}");
        said
    }
}

fn terraform_is_there() -> bool {
    let mut terraform = Command::new("terraform");
    let probe = terraform.arg("version").stdout(Stdio::null()).stderr(Stdio::null());
    let there = probe.status().is_ok_and(|status| status.success());
    if !there {
        eprintln!("skipped: there is no terraform on the PATH");
    }
    there
}

#[test]
fn preview_env_publishes_and_removes_a_site_whatever_is_typed() {
    if !terraform_is_there() {
        return;
    }
    let (template, _) = Template::read(&shipped().join("preview-env"));
    let template = template.expect("it is sound");
    let environment = Environment { root: tempfile::tempdir().expect("a folder") };
    let root = environment.root.path();
    let (source, sites) = (root.join("src"), root.join("sites"));
    template.archive.unpack(&source).expect("unpacked");
    std::fs::write(root.join("cli.tfrc"), "").expect("write");
    let variables = |title: &str| {
        let raw =
            RawInputs::from_pairs([("branch", HOSTILE), ("title", title), ("colour", "Coral")]);
        let secrets = template.manifest.generate(&mut SystemRng);
        let reserved = ReservedValues {
            environment: "preview-env-calm-otter".into(),
            site_root: sites.display().to_string(),
            site_url: "http://127.0.0.1:1".into(),
            ..ReservedValues::default()
        };
        let inputs = template.manifest.parse_inputs(&raw).expect("accepted");
        let supplied = Supplied { inputs: &inputs, secrets: &secrets, reserved: &reserved };
        let variables = Value::Object(template.manifest.variables(supplied));
        std::fs::write(root.join("vars.json"), variables.to_string()).expect("write");
        secrets["password"].expose_secret().to_owned()
    };
    let password = variables(MARKUP);
    let vars = format!("-var-file={}", root.join("vars.json").display());
    let state = format!("-state={}", root.join("state").display());
    let apply = ["apply", "-auto-approve", "-input=false", "-no-color", &vars, &state];

    environment.well(&["init", "-input=false", "-no-color"]);
    let said = environment.well(&apply);
    assert!(said.contains("3 added, 0 changed, 0 destroyed"), "{said}");
    assert!(!said.contains(&password), "the password is not printed");

    let site = sites.join("preview-env-calm-otter");
    let page = std::fs::read_to_string(site.join("index.html")).expect("a page");
    let title =
        "&lt;/title&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; %s &quot;q&quot;";
    assert!(page.contains(&format!("<h1>{title}</h1>")), "{page}");
    assert!(!page.contains("<script"), "{page}");
    assert!(page.contains("&#39;; touch pwned; $(touch pwned) `touch pwned`"), "{page}");
    assert!(page.contains("#c2410c"), "the colour that was chosen by its label");
    let lock = std::fs::read_to_string(site.join(".mayfly-site.json")).expect("a lock");
    let lock: Value = serde_json::from_str(&lock).expect("JSON");
    assert_eq!(lock, json!({ "user": "preview", "password_sha256": sha256(&password) }));
    assert_eq!(files_named("pwned", root), 0);
    assert!(!page.contains(&password));

    let outputs = environment.well(&["output", "-json", "-no-color", &state]);
    let outputs: BTreeMap<String, Value> = serde_json::from_str(&outputs).expect("JSON");
    assert_eq!(outputs["url"]["value"], "http://127.0.0.1:1/preview-env-calm-otter/");
    assert_eq!(outputs["branch"]["value"], HOSTILE);
    assert_eq!(outputs["password"]["value"], password.as_str());
    assert_eq!(outputs["password"]["sensitive"], true);

    let changed = variables("Another");
    let said = environment.well(&apply);
    assert!(said.contains("2 added, 0 changed, 2 destroyed"), "the folder stays: {said}");
    assert!(std::fs::read_to_string(site.join("index.html")).expect("page").contains("Another"));
    assert!(
        std::fs::read_to_string(site.join(".mayfly-site.json"))
            .expect("lock")
            .contains(&sha256(&changed))
    );

    environment.well(&["destroy", "-auto-approve", "-input=false", "-no-color", &vars, &state]);
    assert!(!site.exists(), "the site is gone");
    assert_eq!(files_named("pwned", root), 0);
    std::fs::remove_file(source.join(".terraform.lock.hcl")).ok(); // Only init writes there, and an older one does.
    assert_eq!(
        Files::read(&source).expect("files").digest(),
        template.version,
        "the source was not written to"
    );
}

#[test]
fn a_create_that_fails_half_way_leaves_nothing_after_destroy() {
    if !terraform_is_there() {
        return;
    }
    let (template, _) = Template::read(&shipped().join("preview-env"));
    let template = template.expect("it is sound");
    let environment = Environment { root: tempfile::tempdir().expect("a folder") };
    let root = environment.root.path();
    template.archive.unpack(&root.join("src")).expect("unpacked");
    std::fs::write(root.join("cli.tfrc"), "").expect("write");
    let site = root.join("sites/box-a");
    // The page cannot be moved over a folder that is not empty, so that its resource ends tainted.
    std::fs::create_dir_all(site.join("index.html.new/x")).expect("mkdir");
    let variables = json!({
        "branch": "main", "password": "abcdefghijklmnopqrstuvwx", "mayfly_environment": "box-a",
        "mayfly_site_root": root.join("sites"), "mayfly_site_url": "http://127.0.0.1:1",
    });
    std::fs::write(root.join("vars.json"), variables.to_string()).expect("write");
    let vars = format!("-var-file={}", root.join("vars.json").display());
    let state = format!("-state={}", root.join("state").display());
    environment.well(&["init", "-input=false", "-no-color"]);
    let (ok, said) = environment.terraform(&[
        "apply",
        "-auto-approve",
        "-input=false",
        "-no-color",
        &vars,
        &state,
    ]);
    assert!(!ok, "{said}");
    environment.well(&["destroy", "-auto-approve", "-input=false", "-no-color", &vars, &state]);
    assert!(!site.exists(), "the folder's own resource was sound");

    for (name, value) in
        [("mayfly_environment", "../x"), ("mayfly_environment", ""), ("mayfly_site_root", "x")]
    {
        let mut wrong = variables.clone();
        wrong[name] = value.into();
        std::fs::write(root.join("vars.json"), wrong.to_string()).expect("write");
        let (ok, said) =
            environment.terraform(&["plan", "-input=false", "-no-color", &vars, &state]);
        assert!(!ok && said.contains("Invalid value for variable"), "{name}={value}\n{said}");
    }
}

fn sha256(text: &str) -> String {
    use sha2::Digest as _;
    hex::encode(sha2::Sha256::digest(text.as_bytes()))
}

fn files_named(name: &str, folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let count = |path: &Path| {
        let inside = if path.is_dir() { files_named(name, path) } else { 0 };
        inside + usize::from(path.file_name().is_some_and(|n| n == name))
    };
    entries.map(|entry| count(&entry.expect("an entry").path())).sum()
}
