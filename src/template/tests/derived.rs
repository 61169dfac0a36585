//! Inputs and outputs that the source tells without the manifest.

use serde_json::json;

use super::{Folder, LEAST};
use crate::template::{InputKind, Manifest, OutputKind, RawInputs};

fn from(source: &str) -> Manifest {
    Folder::of(&[("template.yaml", LEAST), ("main.tf", source)]).template().manifest
}

#[test]
fn each_type_becomes_its_kind() {
    let manifest = from(
        r#"
variable "name" {
  type        = string
  description = "Who it is for."
}
variable "replicas" {
  type    = number
  default = -2
  validation {
    condition     = var.replicas >= -5 && (10 >= var.replicas)
    error_message = "From -5 to 10."
  }
}
variable "public" {
  type    = bool
  default = false
}
variable "size" {
  type    = string
  default = "m"
  validation {
    condition     = contains(["s", "m", "l"], var.size)
    error_message = "One of s, m and l."
  }
}
variable "api_key" {
  type      = string
  sensitive = true
}
variable "slug" {
  validation {
    condition     = can(regex("^[a-z]{2,8}$", var.slug)) && length(var.slug) <= 5
    error_message = "Two to five lower case letters."
  }
}
variable "rules" {
  type    = map(object({ port = number }))
  default = {}
}
variable "zone" {
  type    = string
  default = null
}
variable "mayfly_run_dir" { type = string }
"#,
    );
    let kinds: Vec<(&str, &str, bool)> =
        manifest.inputs.iter().map(|i| (i.name.as_str(), i.kind.word(), i.required)).collect();
    assert_eq!(
        kinds,
        [
            ("name", "string", true),
            ("replicas", "number", false),
            ("public", "boolean", false),
            ("size", "choice", false),
            ("api_key", "secret", true),
            ("slug", "string", true),
            ("zone", "string", false),
        ]
    );
    let name = manifest.input("name").expect("name");
    assert_eq!((name.label.as_str(), name.hint.as_deref()), ("Name", Some("Who it is for.")));
    assert_eq!(manifest.input("api_key").map(|i| i.label.as_str()), Some("Api key"));
    assert_eq!(manifest.input("replicas").and_then(|i| i.default.clone()), Some(json!(-2)));
    assert!(matches!(
        manifest.input("replicas").map(|i| &i.kind),
        Some(InputKind::Number { min: Some(-5.0), max: Some(10.0) })
    ));
    assert_eq!(manifest.reserved.len(), 1);

    let given =
        RawInputs::from_pairs([("name", "x"), ("slug", "ABC"), ("size", "xl"), ("replicas", "11")]);
    let errors = manifest.parse_inputs(&given).expect_err("three are wrong");
    let told: Vec<&str> = errors.iter().map(|e| e.message.as_str()).collect();
    assert_eq!(told[0], "11 is too large: at most 10.");
    assert!(told[1].contains("`xl` is not an option"), "{told:?}");
    assert_eq!(told[2], "Two to five lower case letters.");
    let long = manifest.parse_inputs(&RawInputs::from_pairs([("name", "x"), ("slug", "abcdef")]));
    assert!(long.expect_err("long")[0].message.contains("at most 5"));
}

#[test]
fn what_the_manifest_says_counts_and_the_rest_comes_from_the_source() {
    let yaml = format!(
        "{LEAST}inputs:\n  size: {{label: T-shirt size}}\n  zone: {{hidden: true}}\n  name: {{type: text, required: false, default: x}}\n"
    );
    let source = r#"
variable "name" { type = string }
variable "zone" { default = "a" }
variable "size" {
  type        = string
  default     = "l"
  description = "How big."
  validation {
    condition     = contains(["s", "l"], var.size)
    error_message = "No."
  }
}
"#;
    let manifest = Folder::of(&[("template.yaml", &yaml), ("main.tf", source)]).template().manifest;
    let size = manifest.input("size").expect("size");
    assert_eq!(size.label, "T-shirt size");
    assert_eq!(size.hint.as_deref(), Some("How big."));
    assert_eq!(size.default, Some(json!("l")));
    assert_eq!(size.kind.options().len(), 2);
    assert!(manifest.input("zone").is_none(), "it is hidden");
    assert!(matches!(manifest.input("name").map(|i| &i.kind), Some(InputKind::Text { .. })));
}

#[test]
fn outputs_are_derived_and_a_sensitive_one_is_a_secret() {
    let manifest = from(
        "output \"url\" { value = 1 }\noutput \"db_password\" {\n  value = 1\n  sensitive = true\n}\n",
    );
    let outputs: Vec<_> = manifest.outputs.iter().map(|o| (o.label.as_str(), o.kind)).collect();
    assert_eq!(outputs, [("Url", OutputKind::Text), ("Db password", OutputKind::Secret)]);
}

#[test]
fn opentofu_files_shadow_and_terraform_does_not_see_them() {
    let tf = "variable \"old\" { default = 1 }\n";
    let tofu = "variable \"new\" { default = 1 }\n";
    let yaml = LEAST.replace("terraform", "tofu");
    let names = |yaml: &str| -> Vec<String> {
        let files = [("template.yaml", yaml), ("main.tf", tf), ("main.tofu", tofu)];
        let manifest = Folder::of(&files).template().manifest;
        manifest.inputs.into_iter().map(|input| input.name).collect()
    };
    assert_eq!(names(&yaml), ["new"]);
    assert_eq!(names(LEAST), ["old"]);
}

const PULUMI: &str = "name: box\nengine: pulumi\nttl: {default: 1h, maximum: 1d}\n";

#[test]
fn a_pulumi_project_is_read_like_other_source() {
    let project = "name: box\nruntime: yaml\nrequiredPulumiVersion: '>=3.100.0'\nconfig:\n  \
        branch: {type: string, description: What to show.}\n  size: {type: integer, default: 3}\n  \
        loud: {type: boolean, default: false}\n  password: {type: string, secret: true}\n  \
        aws:region: eu-west-1\n  mayfly_environment: {type: string}\n  mayfly_tags: {type: object}\n\
        resources:\n  page: {type: 'command:local:Command', properties: {create: 'true'}}\n\
        outputs:\n  url: '${page.stdout}'\n  key: {'fn::secret': '${branch}'}\n  login: 'u:${password}'\n";
    let manifest =
        Folder::of(&[("template.yaml", PULUMI), ("Pulumi.yaml", project)]).template().manifest;
    let inputs: Vec<_> =
        manifest.inputs.iter().map(|i| (i.name.as_str(), i.kind.to_string(), i.required)).collect();
    let wanted = [("branch", true), ("size", false), ("loud", false), ("password", true)];
    assert_eq!(inputs.iter().map(|(n, _, r)| (*n, *r)).collect::<Vec<_>>(), wanted, "{inputs:?}");
    assert!(manifest.input("password").is_some_and(|i| i.is_secret()));
    assert_eq!(manifest.input("branch").and_then(|i| i.hint.as_deref()), Some("What to show."));
    let outputs: Vec<_> = manifest.outputs.iter().map(|o| (o.name.as_str(), o.kind)).collect();
    let secret = OutputKind::Secret;
    assert_eq!(outputs, [("url", OutputKind::Text), ("key", secret), ("login", secret)]);
    let reserved = manifest.reserved.iter().map(|r| r.name()).collect::<Vec<_>>();
    assert_eq!(reserved, ["mayfly_tags", "mayfly_environment"]);
    assert_eq!(
        manifest.plugins.iter().map(String::as_str).collect::<Vec<_>>(),
        ["language:yaml", "resource:command"]
    );
    let wanted = &manifest.engine_versions;
    let met = |text: &str| wanted.iter().all(|one| one.matches(&text.parse().expect("a version")));
    assert!(met("3.250.0") && !met("3.99.0"));
}

#[test]
fn what_does_not_fit_a_pulumi_project_is_told_in_its_words() {
    let told = |yaml: &str, project: &str| {
        let yaml = format!("{PULUMI}{yaml}");
        Folder::of(&[("template.yaml", &yaml), ("Pulumi.yaml", project)]).problems().join("\n")
    };
    let project = "name: box\nruntime: yaml\nconfig:\n  secret_one: {type: string, secret: true}\n  list: {type: array}\n";
    let problems = told("inputs:\n  brunch: {type: string}\n", project);
    for part in
        ["Pulumi.yaml:5: variable `list`", "template.yaml:5: `inputs.brunch`", "below `config:`"]
    {
        assert!(problems.contains(part), "{part}: {problems}");
    }
    let clear = told(
        "inputs:\n  secret_one: {type: string}\n",
        "name: box\nruntime: yaml\nconfig:\n  secret_one: {secret: true}\n",
    );
    assert!(clear.contains("its key is a secret"), "{clear}");
    let open = told(
        "inputs:\n  key: {type: secret}\n",
        "name: box\nruntime: yaml\nconfig:\n  key: {type: string}\n",
    );
    assert!(open.contains("Add `secret: true`"), "{open}");
    let output = told(
        "outputs:\n  uri: {label: Page, kind: link}\n",
        "name: box\nruntime: yaml\noutputs:\n  url: x\n",
    );
    assert!(output.contains("Did you mean `url`?"), "{output}");
    let unfinished = told("", "runtime: yaml\nresources: [\n");
    assert!(unfinished.contains("Pulumi.yaml:2: this is no valid YAML"), "{unfinished}");
    assert!(told("", "runtime: yaml\n").contains("`name` is missing"));
    let folder = Folder::of(&[("template.yaml", PULUMI)]);
    assert!(
        folder.problems()[0].starts_with("Pulumi.yaml: there is no"),
        "{:?}",
        folder.problems()
    );
}

#[test]
fn the_constraints_of_manifest_and_source_are_all_to_be_met() {
    let yaml = format!("{LEAST}engine_version: '~> 1.5'\n");
    let source =
        "terraform {\n  required_version = \">= 1.6, < 1.12\"\n}\noutput \"x\" { value = 1 }\n";
    let manifest = Folder::of(&[("template.yaml", &yaml), ("main.tf", source)]).template().manifest;
    let met = |text: &str| {
        let version = text.parse().expect("a version");
        manifest.engine_versions.iter().all(|wanted| wanted.matches(&version))
    };
    assert!(met("1.11.4"));
    assert!(["1.5.9", "1.12.0", "2.0.0"].into_iter().all(|wrong| !met(wrong)));
}
