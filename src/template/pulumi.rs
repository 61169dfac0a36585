//! What a Pulumi project says of itself: `Pulumi.yaml` as the same [`Source`] that HCL comes to.

use serde_json::Value;

use super::dialect::Dialect;
use super::files::Files;
use super::hcl::{HclDefault, HclOutput, Shape, Source, Variable};
use super::problem::{Place, Problems};
use super::rules::Rules;
use super::yaml::{self, Data, Node};

/// The project's file.
pub(super) const PROJECT: &str = "Pulumi.yaml";

/// A project's name and the language of its program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    pub name: String,
    /// `yaml`, `nodejs`, `python`, `go` …
    pub runtime: String,
}

impl Project {
    /// Reads `Pulumi.yaml`; none when it is no project's.
    pub fn parse(text: &str) -> Option<Project> {
        let document = yaml::parse(PROJECT, text, &mut Problems::default())?;
        let name = document.key("name")?.text()?.to_owned();
        Some(Project { name, runtime: runtime(&document)?.to_owned() })
    }
}

/// Reads the project, and of a program in YAML its outputs and plugins.
pub(super) fn source(files: &Files, problems: &mut Problems) -> Source {
    let mut source = Source { dialect: Dialect::Pulumi, ..Source::default() };
    let place = Place::file(PROJECT);
    let Some(text) = files.text(PROJECT) else {
        let hint = "Put the project's file beside the manifest; with `runtime: yaml` it is the program too.";
        problems.error(&place, "there is no Pulumi.yaml in UTF-8 here", hint);
        return source;
    };
    let Some(document) = yaml::parse(PROJECT, text, problems) else { return source };
    for key in ["name", "runtime"] {
        let found = if key == "runtime" {
            runtime(&document)
        } else {
            document.key(key).and_then(Node::text)
        };
        if found.is_none() {
            let message = format!("`{key}` is missing");
            problems.error(&document.place, message, format!("Add a line `{key}: …`."));
        }
    }
    let in_yaml = runtime(&document) == Some("yaml");
    // The older word for the same.
    for block in ["config", "configuration"] {
        for (name, place, node) in document.key(block).map_or(&[][..], Node::entries) {
            // `aws:region` sets a provider up, and asks nobody.
            if !name.contains(':') {
                source.variables.push(variable(name, place, node));
            }
        }
    }
    if let Some(wanted) = document.key("requiredPulumiVersion")
        && let Some(text) = wanted.text()
    {
        source.required_versions.push((wanted.place.clone(), text.to_owned()));
    }
    source.plugins.extend(runtime(&document).map(|runtime| format!("language:{runtime}")));
    source.outputs_unknown = !in_yaml;
    if in_yaml {
        let secrets: Vec<String> =
            source.variables.iter().filter(|v| v.sensitive).map(|v| v.name.clone()).collect();
        for (name, place, node) in document.key("outputs").map_or(&[][..], Node::entries) {
            let sensitive = is_secret(node, &secrets);
            source.outputs.push(HclOutput { name: name.clone(), place: place.clone(), sensitive });
        }
        for (_, _, resource) in document.key("resources").map_or(&[][..], Node::entries) {
            let kind = resource.key("type").and_then(Node::text).unwrap_or_default();
            let package = kind.split(':').next().unwrap_or_default();
            if !package.is_empty() && package != "pulumi" {
                source.plugins.insert(format!("resource:{package}"));
            }
        }
    }
    source
}

/// `runtime: yaml`, or `runtime: { name: yaml }`.
fn runtime(document: &Node) -> Option<&str> {
    let node = document.key("runtime")?;
    node.text().or_else(|| node.key("name")?.text())
}

/// A key of `config:`; written short (`size: small`) it is its default.
fn variable(name: &str, place: &Place, node: &Node) -> Variable {
    let described = matches!(node.data, Data::Map(_));
    let default = if described { node.key("default") } else { Some(node) };
    let items = node.key("items").and_then(|items| items.key("type")).and_then(Node::text);
    let shape = match (node.key("type").and_then(Node::text), items) {
        (Some("string"), _) => Shape::String,
        (Some("integer" | "number"), _) => Shape::Number,
        (Some("boolean"), _) => Shape::Bool,
        (Some("array"), Some("string")) => Shape::Strings,
        (Some(_), _) => Shape::Other,
        (None, _) => match default.map(|node| &node.data) {
            Some(Data::Text(_)) => Shape::String,
            Some(Data::Integer(_) | Data::Float(..)) => Shape::Number,
            Some(Data::Bool(_)) => Shape::Bool,
            Some(Data::List(_) | Data::Map(_)) => Shape::Other,
            Some(Data::Null) | None => Shape::Any,
        },
    };
    Variable {
        name: name.to_owned(),
        place: place.clone(),
        shape,
        default: default
            .filter(|node| !matches!(node.data, Data::Null))
            .map(|node| HclDefault::Literal(json(node))),
        description: node.key("description").and_then(Node::text).map(str::to_owned),
        sensitive: matches!(node.key("secret").map(|n| &n.data), Some(Data::Bool(true))),
        rules: Rules::default(),
    }
}

/// An output that is marked secret, or that is made of a secret key. Others may still come out secret,
/// which the engine says when they have their values.
fn is_secret(node: &Node, secrets: &[String]) -> bool {
    match &node.data {
        Data::Text(text) => secrets.iter().any(|name| {
            text.contains(&format!("${{{name}}}")) || text.contains(&format!("${{{name}."))
        }),
        Data::List(items) => items.iter().any(|item| is_secret(item, secrets)),
        Data::Map(entries) => entries.iter().any(|(key, _, value)| {
            key.eq_ignore_ascii_case("fn::secret") || is_secret(value, secrets)
        }),
        _ => false,
    }
}

fn json(node: &Node) -> Value {
    match &node.data {
        Data::Null => Value::Null,
        Data::Bool(value) => (*value).into(),
        Data::Integer(value) => (*value).into(),
        Data::Float(value, _) => (*value).into(),
        Data::Text(text) => text.as_str().into(),
        Data::List(items) => items.iter().map(json).collect(),
        Data::Map(entries) => {
            entries.iter().map(|(key, _, value)| (key.clone(), json(value))).collect()
        }
    }
}
