//! What the Terraform or OpenTofu source says of itself: variables, outputs, providers, constraints.

use std::collections::{BTreeMap, BTreeSet};

use hcl::edit::expr::{Expression, Traversal};
use hcl::edit::structure::{Block, Body, Structure};
use hcl::edit::visit;
use serde_json::Value;

use super::dialect::Dialect;
use super::problem::{Place, Problems};
use super::rules::{Rules, literal};
use super::{EngineKind, Files};

/// The root module of a template, and which providers all of it needs.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// What it is written in.
    pub dialect: Dialect,
    /// A program in a general language says its outputs only when it runs.
    pub outputs_unknown: bool,
    /// What Pulumi needs beside itself: `language:yaml`, `resource:command`.
    pub plugins: BTreeSet<String>,
    /// In the order of files and lines.
    pub variables: Vec<Variable>,
    pub outputs: Vec<HclOutput>,
    /// `required_version`, as it is written.
    pub required_versions: Vec<(Place, String)>,
    /// Providers that have to be installed, by local name: where they are first wanted, and their source
    /// (`hashicorp/aws`).
    pub providers: BTreeMap<String, (Place, String)>,
}

/// A `variable` block.
#[derive(Debug)]
pub(super) struct Variable {
    pub name: String,
    pub place: Place,
    pub shape: Shape,
    pub default: Option<HclDefault>,
    pub description: Option<String>,
    pub sensitive: bool,
    pub rules: Rules,
}

/// A variable's default.
#[derive(Debug)]
pub(super) enum HclDefault {
    /// Null is among them.
    Literal(Value),
    /// An expression, which cannot be shown in a form.
    Expression,
}

/// What a variable holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    String,
    Number,
    Bool,
    /// A list or a set of strings.
    Strings,
    /// A map, an object, a tuple, a list of anything else.
    Other,
    /// No type is given.
    Any,
}

/// An `output` block.
#[derive(Debug)]
pub(super) struct HclOutput {
    pub name: String,
    pub place: Place,
    pub sensitive: bool,
}

impl Source {
    /// Reads the root module's files, and the providers of the modules below it.
    pub fn read(files: &Files, engine: EngineKind, problems: &mut Problems) -> Source {
        let mut source = Source::default();
        for path in hcl_files(files, engine) {
            if path.ends_with(".json") {
                let hint = "Write it in HCL, or describe its inputs in the manifest in full.";
                problems.warn(&Place::file(path), "JSON source is not read", hint);
                continue;
            }
            let Some(text) = files.text(path) else {
                let hint = "Save it as UTF-8.";
                problems.error(&Place::file(path), "it is not text in UTF-8", hint);
                continue;
            };
            let reader = File { path, text };
            match hcl::edit::parser::parse_body(text) {
                Ok(body) => source.add(&reader, &body, problems),
                Err(error) => {
                    let at = error.location();
                    let (line, column) = (Some(at.line()), Some(at.column()));
                    let place = Place { file: path.into(), line, column };
                    let message = format!("this is no valid HCL: {}", error.message());
                    problems.error(&place, message, "`terraform validate` tells more.");
                }
            }
        }
        source
    }

    /// The variable of that name.
    pub fn variable(&self, name: &str) -> Option<&Variable> {
        self.variables.iter().find(|variable| variable.name == name)
    }

    fn add(&mut self, file: &File<'_>, body: &Body, problems: &mut Problems) {
        let root = !file.path.contains('/');
        for block in body.blocks() {
            match (block.ident.as_str(), label(block, 0)) {
                ("variable", Some(name)) if root => self.variables.push(file.variable(name, block)),
                ("output", Some(name)) if root => self.outputs.push(file.output(name, block)),
                ("terraform", _) => self.settings(file, block, problems),
                ("provider", Some(name)) => self.wants(name, file.at(block)),
                ("resource" | "data" | "ephemeral", Some(kind)) => {
                    let provider = kind.split('_').next().unwrap_or(kind);
                    self.wants(provider, file.at(block));
                    file.shells(block, problems);
                }
                _ => {}
            }
        }
    }

    fn settings(&mut self, file: &File<'_>, block: &Block, problems: &mut Problems) {
        if let Some((place, text)) = file.text_of(block, "required_version") {
            self.required_versions.push((place, text));
        }
        for inner in block.body.blocks() {
            match inner.ident.as_str() {
                "required_providers" => {
                    for attribute in inner.body.attributes() {
                        let name = attribute.key.as_str().to_owned();
                        let place = file.at(attribute);
                        let written = literal(&attribute.value);
                        let source = written.as_ref().and_then(|v| v.get("source")?.as_str());
                        let source =
                            source.map_or_else(|| format!("hashicorp/{name}"), str::to_owned);
                        self.providers.insert(name, (place, source));
                    }
                    self.providers
                        .retain(|_, (_, source)| !source.contains("terraform.io/builtin/"));
                }
                "backend" | "cloud" => {
                    let message =
                        format!("the `{}` block has no effect here", inner.ident.as_str());
                    let hint = "Mayfly keeps the state of each environment itself: take it out.";
                    problems.warn(&file.at(inner), message, hint);
                }
                _ => {}
            }
        }
    }

    /// The provider named `terraform` is built in.
    fn wants(&mut self, provider: &str, place: Place) {
        if provider != "terraform" {
            let source = format!("hashicorp/{provider}");
            self.providers.entry(provider.into()).or_insert((place, source));
        }
    }
}

/// OpenTofu reads `.tofu` files too, and such a file replaces the `.tf` file of the same name.
pub(super) fn hcl_files(files: &Files, engine: EngineKind) -> Vec<&str> {
    let tofu = engine == EngineKind::Tofu;
    let paths: BTreeSet<&str> = files.paths().collect();
    let is_source = |path: &str| {
        path.ends_with(".tf")
            || path.ends_with(".tf.json")
            || tofu && (path.ends_with(".tofu") || path.ends_with(".tofu.json"))
    };
    let shadowed = |path: &str| {
        let twin = path.replace(".tf", ".tofu");
        tofu && !path.contains(".tofu") && paths.contains(twin.as_str())
    };
    paths.iter().copied().filter(|path| is_source(path) && !shadowed(path)).collect()
}

pub(super) fn label(block: &Block, n: usize) -> Option<&str> {
    block.labels.get(n).map(|label| label.as_str())
}

struct File<'a> {
    path: &'a str,
    text: &'a str,
}

impl File<'_> {
    fn variable(&self, name: &str, block: &Block) -> Variable {
        let default = block.body.get_attribute("default").map(|attribute| {
            literal(&attribute.value).map_or(HclDefault::Expression, HclDefault::Literal)
        });
        let mut rules = Rules::default();
        for validation in block.body.get_blocks("validation") {
            let message = self.text_of(validation, "error_message").map(|(_, text)| text);
            if let Some(condition) = validation.body.get_attribute("condition") {
                rules.read(name, &condition.value, message.as_deref());
            }
        }
        let kind = block.body.get_attribute("type");
        Variable {
            name: name.into(),
            place: self.at(block),
            shape: kind.map_or(Shape::Any, |attribute| shape(&attribute.value)),
            default,
            description: self.text_of(block, "description").map(|(_, text)| text),
            sensitive: is_true(block, "sensitive") || is_true(block, "ephemeral"),
            rules,
        }
    }

    fn output(&self, name: &str, block: &Block) -> HclOutput {
        HclOutput {
            name: name.into(),
            place: self.at(block),
            sensitive: is_true(block, "sensitive"),
        }
    }

    /// Warns of commands that a value could become part of.
    fn shells(&self, block: &Block, problems: &mut Problems) {
        for structure in block.body.iter() {
            let Structure::Block(inner) = structure else { continue };
            if inner.ident.as_str() != "provisioner" || label(inner, 0) != Some("local-exec") {
                continue;
            }
            let Some(command) = inner.body.get_attribute("command") else { continue };
            let mut roots = Roots::default();
            visit::Visit::visit_expr(&mut roots, &command.value);
            // The module's own paths are nobody's input.
            roots.0.remove("path");
            let message =
                "a value becomes part of a shell command, and whoever sets it runs commands";
            let hint = "Hand the value over in `environment` and write \"$NAME\" in the command.";
            if roots.0.contains("var") || roots.0.contains("local") {
                problems.error(&self.at(command), message, hint);
            } else if !roots.0.is_empty() {
                problems.warn(&self.at(command), message, hint);
            }
        }
    }

    fn text_of(&self, block: &Block, key: &str) -> Option<(Place, String)> {
        let attribute = block.body.get_attribute(key)?;
        let text = attribute.value.as_str()?;
        Some((self.at(attribute), text.trim().to_owned()))
    }

    fn at(&self, node: &impl hcl::edit::Span) -> Place {
        let before = node.span().and_then(|span| self.text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let last = before.rsplit('\n').next().unwrap_or_default();
        let column = last.chars().count() + 1;
        Place { file: self.path.into(), line: Some(line), column: Some(column) }
    }
}

/// What the traversals in an expression begin with: `var`, `self`, `path`.
#[derive(Default)]
struct Roots(BTreeSet<String>);

impl visit::Visit for Roots {
    fn visit_traversal(&mut self, node: &Traversal) {
        if let Some(root) = node.expr.as_variable() {
            self.0.insert(root.as_str().to_owned());
        }
        visit::visit_traversal(self, node);
    }
}

fn is_true(block: &Block, key: &str) -> bool {
    block.body.get_attribute(key).and_then(|attribute| attribute.value.as_bool()) == Some(true)
}

fn shape(kind: &Expression) -> Shape {
    // Terraform before 0.12 had the name of the type in quotes, and still accepts it.
    let name = kind.as_variable().map(|name| name.as_str()).or_else(|| kind.as_str());
    match name {
        Some("string") => return Shape::String,
        Some("number") => return Shape::Number,
        Some("bool") => return Shape::Bool,
        Some("any") => return Shape::Any,
        _ => {}
    }
    let Some(call) = kind.as_func_call() else { return Shape::Other };
    let of_strings = call.args.iter().next().and_then(|arg| arg.as_variable());
    match (call.name.name.as_str(), of_strings.map(|name| name.as_str())) {
        ("list" | "set", Some("string")) => Shape::Strings,
        _ => Shape::Other,
    }
}
