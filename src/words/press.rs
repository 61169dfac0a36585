//! The templates, compiled: facts in, JSON out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

use handlebars::{Handlebars, RenderErrorReason};
use include_dir::{Dir, include_dir};
use serde_json::Value;

use super::error::WordsError;
use super::{helpers, relaxed};

static BUILTIN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates/messages");

const ENDING: &str = ".hbs";

pub(super) struct Press {
    handlebars: Handlebars<'static>,
    sources: BTreeMap<String, Source>,
    /// The same with marks, made when the first mistake is traced.
    marked: OnceLock<Handlebars<'static>>,
}

#[derive(Debug, Clone)]
struct Source {
    /// As an operator finds it.
    file: String,
    text: String,
    custom: bool,
}

impl Press {
    /// The templates in the binary.
    pub fn builtin() -> Result<Press, Vec<WordsError>> {
        Press::of(builtin())
    }

    /// The same with the files in `folder` in place of those of the same name.
    pub fn overridden(folder: &Path) -> Result<Press, Vec<WordsError>> {
        let mut sources = builtin();
        let mut wrong = Vec::new();
        for (name, source) in read(folder)? {
            if let Some(builtin) = sources.get_mut(&name) {
                *builtin = source;
                continue;
            }
            let known = sources.keys().map(String::as_str);
            let near =
                known.max_by(|a, b| strsim::jaro(a, &name).total_cmp(&strsim::jaro(b, &name)));
            wrong.push(WordsError {
                file: source.file,
                line: None,
                problem: "there is no message of this name, so that it would never be used".into(),
                hint: format!("Rename it to `{}{ENDING}`, or remove it.", near.unwrap_or_default()),
            });
        }
        if wrong.is_empty() { Press::of(sources) } else { Err(wrong) }
    }

    /// The templates that come out otherwise than the built-in ones: an operator's own, and those that use
    /// one of them.
    pub fn changed(&self) -> BTreeSet<&str> {
        let custom = self.sources.iter().filter(|(_, source)| source.custom);
        let mut changed: BTreeSet<&str> = custom.map(|(name, _)| name.as_str()).collect();
        loop {
            let uses =
                |text: &str| changed.iter().any(|name| text.contains(&format!("{{{{> {name}")));
            let users = self.sources.iter().filter(|(_, source)| uses(&source.text));
            let users: Vec<&str> = users.map(|(name, _)| name.as_str()).collect();
            let before = changed.len();
            changed.extend(users);
            if changed.len() == before {
                return changed;
            }
        }
    }

    /// The names of all templates; those that begin with `_` are parts of others.
    #[cfg(test)]
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sources.keys().map(String::as_str)
    }

    /// All names with their texts.
    #[cfg(test)]
    pub fn sources(&self) -> impl Iterator<Item = (&str, &str)> {
        self.sources.iter().map(|(name, source)| (name.as_str(), source.text.as_str()))
    }

    pub fn render(&self, name: &str, data: &Value) -> Result<Value, WordsError> {
        let text = self.handlebars.render(name, data).map_err(|error| {
            let file = error.template_name.clone().unwrap_or_else(|| name.to_owned());
            let problem = match error.reason() {
                RenderErrorReason::MissingVariable(path) => {
                    format!("there is no fact `{}` here", path.as_deref().unwrap_or("?"))
                }
                reason => reason.to_string(),
            };
            let hint = "Compare it with the built-in template of the same name: it uses every fact there is.";
            self.wrong(&file, error.line_no, problem, hint)
        })?;
        relaxed::parse(&text).map_err(|error| self.trace(name, data, error.problem))
    }

    fn of(sources: BTreeMap<String, Source>) -> Result<Press, Vec<WordsError>> {
        let mut press = Press { handlebars: registry(), sources, marked: OnceLock::new() };
        let mut wrong = Vec::new();
        for (name, source) in &press.sources {
            if let Err(error) = press.handlebars.register_template_string(name, &source.text) {
                let line = error.pos().map(|(line, _)| line);
                let problem = format!("it is no handlebars template: {}", error.reason());
                let hint = "Close every tag that is opened: `{{#if …}}` by `{{/if}}`.";
                wrong.push(press.wrong(name, line, problem, hint));
            }
        }
        if wrong.is_empty() { Ok(press) } else { Err(wrong) }
    }

    /// Renders anew from marked templates, to find the line that made what is no JSON.
    fn trace(&self, name: &str, data: &Value, problem: String) -> WordsError {
        let marked = self.marked.get_or_init(|| self.with_marks());
        let origin = match marked.render(name, data).map(|text| relaxed::parse(&text)) {
            Ok(Err(error)) => error.origin,
            Ok(Ok(_)) | Err(_) => None,
        };
        let hint = "A text that a tag gives stands between quotes; commas stand between the parts.";
        let at = origin.and_then(|(n, line)| Some((self.sources.keys().nth(n)?, line)));
        match at {
            Some((name, line)) => self.wrong(name, Some(line), problem, hint),
            None => self.wrong(name, None, problem, hint),
        }
    }

    fn with_marks(&self) -> Handlebars<'static> {
        let mut marked = registry();
        for (n, (name, source)) in self.sources.iter().enumerate() {
            // They were compiled before; a mark cannot make them worse, and if it does the line is unknown.
            if marked.register_template_string(name, relaxed::mark(&source.text, n)).is_err() {
                tracing::debug!(name, "a marked template does not compile");
            }
        }
        marked
    }

    /// An error at a template.
    pub fn wrong(
        &self,
        name: &str,
        line: Option<usize>,
        problem: String,
        hint: impl Into<String>,
    ) -> WordsError {
        let file = self.sources.get(name).map_or_else(|| name.to_owned(), |s| s.file.clone());
        WordsError { file, line, problem, hint: hint.into() }
    }
}

fn registry() -> Handlebars<'static> {
    let mut handlebars = Handlebars::new();
    handlebars.set_strict_mode(true);
    handlebars.set_prevent_indent(true);
    helpers::register(&mut handlebars);
    handlebars
}

fn builtin() -> BTreeMap<String, Source> {
    let source = |file: &include_dir::File<'_>| {
        let path = file.path().to_str()?;
        let text = file.contents_utf8()?.to_owned();
        let name = path.strip_suffix(ENDING)?.to_owned();
        Some((name, Source { file: format!("templates/messages/{path}"), text, custom: false }))
    };
    BUILTIN.files().filter_map(source).collect()
}

fn read(folder: &Path) -> Result<Vec<(String, Source)>, Vec<WordsError>> {
    let unreadable = |path: &Path, error: std::io::Error| {
        vec![WordsError {
            file: path.display().to_string(),
            line: None,
            problem: format!("it cannot be read: {error}"),
            hint: "Name a folder of `.hbs` files in UTF-8 that Mayfly may read.".into(),
        }]
    };
    let mut sources = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| unreadable(folder, e))? {
        let path = entry.map_err(|e| unreadable(folder, e))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        // Read-me files and an editor's leavings may lie beside the templates.
        let Some(name) = name.strip_suffix(ENDING).filter(|name| !name.starts_with('.')) else {
            continue;
        };
        let text = std::fs::read_to_string(&path).map_err(|e| unreadable(&path, e))?;
        sources.push((
            name.to_owned(),
            Source { file: path.display().to_string(), text, custom: true },
        ));
    }
    sources.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(sources)
}
