//! Whether manifest and source agree, and what the source adds to the manifest.

use std::collections::BTreeMap;
use std::path::Path;

use super::constraint;
use super::dialect::Dialect;
use super::files::MANIFEST;
use super::hcl::{Shape, Source, Variable};
use super::problem::{Place, Problems, nearest};
use super::read::Draft;
use super::{EngineKind, Files, Input, InputKind, Manifest, Output, OutputKind, Reserved, derive};

const LOCK_FILE: &str = ".terraform.lock.hcl";
/// A form has at most 100 blocks, and some are not inputs.
const MOST_INPUTS: usize = 80;

/// The folder bears the template's name, or nobody finds it.
pub(super) fn folder_name(folder: &Path, draft: &Draft, problems: &mut Problems) {
    // What came out of an archive has no folder.
    let Ok(folder) = folder.canonicalize() else { return };
    let folder = folder.file_name().unwrap_or_default().to_string_lossy();
    let name = &draft.manifest.name;
    if *folder != **name {
        let message = format!("`name` is `{name}`, and the folder is called `{folder}`");
        problems.error(&draft.name_place, message, "Give both the same name.");
    }
}

/// Completes the manifest from the source and tells every disagreement.
pub(super) fn complete(
    draft: Draft,
    source: &Source,
    files: &Files,
    problems: &mut Problems,
) -> Option<Manifest> {
    let mut draft = draft;
    for (name, place) in &draft.inputs {
        if name.starts_with(Reserved::PREFIX) {
            let message =
                format!("`inputs.{name}`: Mayfly itself fills what begins with `mayfly_`");
            problems.error(place, message, "Take it out; declaring the variable is enough.");
        }
    }
    let empty = source.variables.is_empty() && source.outputs.is_empty();
    if source.dialect == Dialect::Hcl && empty && !has_source(files) {
        let hint = "Put the `.tf` files beside the manifest.";
        problems.error(&Place::file(MANIFEST), "there is no source here", hint);
    }
    described_inputs(&draft, source, problems);
    variables(&mut draft, source, problems);
    outputs(&mut draft, source, problems);
    versions(&mut draft, source, problems);
    lock_file(&draft, source, files, problems);
    draft.manifest.plugins = source.plugins.clone();
    let in_form = draft.manifest.inputs.iter().filter(|input| input.in_form()).count();
    if in_form > MOST_INPUTS {
        let message = format!("the form would have {in_form} inputs");
        let hint = format!("Slack has room for {MOST_INPUTS}: set `hidden: true` on some.");
        problems.error(&Place::file(MANIFEST), message, hint);
    }
    Some(draft.manifest)
}

fn has_source(files: &Files) -> bool {
    let mut paths = files.paths();
    paths.any(|path| path.ends_with(".tf") || path.ends_with(".tofu") || path.ends_with(".tf.json"))
}

fn described_inputs(draft: &Draft, source: &Source, problems: &mut Problems) {
    for (name, place) in &draft.inputs {
        let Some(variable) = source.variable(name) else {
            let message = format!("`inputs.{name}`: no variable takes it");
            let free = source.variables.iter().map(|v| v.name.as_str());
            let free = free.filter(|name| !draft.inputs.contains_key(*name));
            let hint = match nearest(name, free) {
                Some(near) => {
                    format!(
                        "Did you mean `{near}`? Else declare {}.",
                        source.dialect.declares(name)
                    )
                }
                None => {
                    format!("Declare {}, or take the input out.", source.dialect.declares(name))
                }
            };
            problems.error(place, message, hint);
            continue;
        };
        if draft.hidden.contains_key(name) && variable.default.is_none() {
            let message = format!("`inputs.{name}` is hidden, and its variable has no default");
            problems.error(place, message, "Give the variable a default in the source.");
        }
        if let Some(input) = draft.manifest.input(name) {
            fits(input, (variable, source.dialect), place, problems);
        }
    }
}

/// Whether the variable can take what the input gives.
fn fits(
    input: &Input,
    (variable, dialect): (&Variable, Dialect),
    place: &Place,
    problems: &mut Problems,
) {
    let shapes: &[Shape] = match &input.kind {
        InputKind::Integer { .. } | InputKind::Number { .. } => &[Shape::Number, Shape::String],
        InputKind::Boolean => &[Shape::Bool, Shape::String],
        InputKind::MultiChoice { .. } => &[Shape::Strings],
        InputKind::Choice { .. } => &[Shape::String, Shape::Number, Shape::Bool],
        _ => &[Shape::String],
    };
    let name = &input.name;
    if variable.shape != Shape::Any && !shapes.contains(&variable.shape) {
        let wanted = dialect.typed(shapes[0]);
        let message =
            format!("`inputs.{name}` is {}, and its variable cannot take that", input.kind);
        problems.error(place, message, format!("Declare the variable with `{wanted}`."));
    }
    if !input.required && input.default.is_none() && variable.default.is_none() && input.in_form() {
        let message = format!("`inputs.{name}` may be left empty, and its variable has no default");
        problems.error(place, message, "Give the variable a default, or set `required: true`.");
    }
    if !input.in_form() && !variable.sensitive {
        let message = format!("variable `{name}` takes a secret and is not sensitive");
        let hint = format!("Add `{}`, or the plan prints the value.", dialect.sensitive());
        problems.error(&variable.place, message, hint);
    }
    // A program that demands a secret refuses a value that is none, when it is too late to say so.
    if dialect == Dialect::Pulumi && input.in_form() && variable.sensitive {
        let message = format!("`inputs.{name}` is asked for in Slack, and its key is a secret");
        problems.error(place, message, "Set `type: secret`, or take `secret: true` away.");
    }
}

fn variables(draft: &mut Draft, source: &Source, problems: &mut Problems) {
    for variable in &source.variables {
        let name = &variable.name;
        if name.starts_with(Reserved::PREFIX) {
            if let Some(reserved) = reserved(variable, source.dialect, problems) {
                draft.manifest.reserved.insert(reserved);
            }
            continue;
        }
        if draft.inputs.contains_key(name) {
            continue;
        }
        match derive::input(variable) {
            Some(input) => draft.manifest.inputs.push(input),
            None if variable.default.is_some() => {}
            None => {
                let message = format!("variable `{name}` has no default, and no input fills it");
                let hint = "Give it a default, or describe it below `inputs:` with a type that a form can ask.";
                problems.error(&variable.place, message, hint);
            }
        }
    }
}

fn reserved(variable: &Variable, dialect: Dialect, problems: &mut Problems) -> Option<Reserved> {
    let name = &variable.name;
    let Some(reserved) = Reserved::named(name) else {
        let names = Reserved::ALL.map(Reserved::name);
        let hint = match nearest(name, names) {
            Some(near) => format!("Did you mean `{near}`?"),
            None => format!("There are {}; call your own something else.", names.join(", ")),
        };
        let message = format!("variable `{name}`: Mayfly fills no such variable");
        problems.error(&variable.place, message, hint);
        return None;
    };
    let wanted = match reserved {
        Reserved::Tags => Shape::Other,
        _ => Shape::String,
    };
    let right = variable.shape == wanted || variable.shape == Shape::Any;
    if !right {
        let message = format!("variable `{name}` is of the wrong type");
        problems.error(
            &variable.place,
            message,
            format!("Declare it with `{}`.", dialect.typed(wanted)),
        );
    }
    Some(reserved)
}

fn outputs(draft: &mut Draft, source: &Source, problems: &mut Problems) {
    let Some(described) = &draft.outputs else {
        let derived = source.outputs.iter().map(|output| Output {
            name: output.name.clone(),
            label: derive::label(&output.name),
            kind: if output.sensitive { OutputKind::Secret } else { OutputKind::Text },
        });
        draft.manifest.outputs = derived.collect();
        return;
    };
    if source.outputs_unknown {
        return;
    }
    for output in &draft.manifest.outputs {
        let name = &output.name;
        let place = described.get(name).cloned().unwrap_or_default();
        let Some(found) = source.outputs.iter().find(|found| found.name == *name) else {
            let message = format!("`outputs.{name}`: the source has no such output");
            let hint = match nearest(name, source.outputs.iter().map(|o| o.name.as_str())) {
                Some(near) => format!("Did you mean `{near}`?"),
                None => format!("Declare {}, or take it out.", source.dialect.gives(name)),
            };
            problems.error(&place, message, hint);
            continue;
        };
        if found.sensitive && output.kind != OutputKind::Secret {
            let message = format!("`outputs.{name}` is sensitive and would be shown in a message");
            problems.error(&place, message, "Set `kind: secret`.");
        }
        // A secret of Pulumi's may come out of any resource; in a run it is sealed all the same.
        let hcl = source.dialect == Dialect::Hcl;
        if hcl && !found.sensitive && output.kind == OutputKind::Secret {
            let message = format!("output `{name}` is a secret and is not sensitive");
            problems.error(
                &found.place,
                message,
                "Add `sensitive = true`, or runs print the value.",
            );
        }
    }
}

fn versions(draft: &mut Draft, source: &Source, problems: &mut Problems) {
    for (place, text) in &source.required_versions {
        let wanted = match constraint::parse(text) {
            Ok(wanted) => wanted,
            Err(why) => {
                let hint = "Write for example \">= 1.5, < 2\" or \"~> 1.5\".";
                problems.error(place, format!("`required_version`: {why}"), hint);
                continue;
            }
        };
        let known = &draft.manifest.engine_versions;
        if let Some(other) = known.iter().find(|other| !constraint::agree(other, &wanted)) {
            let at = &draft.engine_version_place;
            let line = at.line.map(|line| format!(":{line}")).unwrap_or_default();
            let message =
                format!("`required_version` is {text}, and {}{line} asks for {other}", at.file);
            problems.error(place, message, "No version is both: change one of them.");
        }
        draft.manifest.engine_versions.push(wanted);
    }
}

/// Without a lock file every initialisation may pick other providers, and parallel runs break one another.
fn lock_file(draft: &Draft, source: &Source, files: &Files, problems: &mut Problems) {
    if source.providers.is_empty() {
        return;
    }
    let program = draft.manifest.engine.program();
    let hint = format!(
        "Run `{program} providers lock -platform=linux_amd64 -platform=darwin_arm64` in the folder and commit it."
    );
    let wanted: BTreeMap<&str, &(Place, String)> =
        source.providers.values().map(|provider| (provider.1.as_str(), provider)).collect();
    let Some(text) = files.text(LOCK_FILE) else {
        let names = wanted.keys().copied().collect::<Vec<_>>().join(", ");
        let message = format!("there is no {LOCK_FILE} for {names}");
        problems.error(&Place::file(MANIFEST), message, hint);
        return;
    };
    let registry = if draft.manifest.engine == EngineKind::Tofu {
        "registry.opentofu.org"
    } else {
        "registry.terraform.io"
    };
    for (source, (place, _)) in wanted {
        // A source of three parts names its registry itself.
        let full = if source.matches('/').count() == 2 {
            source.into()
        } else {
            format!("{registry}/{source}")
        };
        if !text.contains(&format!("provider \"{full}\"")) {
            problems.error(place, format!("{LOCK_FILE} does not have {full}"), hint.clone());
        }
    }
}
