//! Reads keys out of a TOML file and the environment, and remembers everything that is wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use toml::de::{DeTable, DeValue};

use super::ConfigError;

/// A value of the file, with its line.
#[derive(Debug, Clone)]
struct Found {
    line: usize,
    value: Value,
}

#[derive(Debug, Clone)]
enum Value {
    Text(String),
    /// A number or a truth, as it was written.
    Plain(String),
    List(Vec<String>),
    /// What no setting is.
    Odd,
}

/// The settings while they are read.
pub(super) struct Reader {
    file: String,
    found: BTreeMap<String, Found>,
    environment: BTreeMap<String, String>,
    known: BTreeSet<String>,
    /// Tables whose keys are the operator's own.
    open: BTreeSet<String>,
    errors: Vec<ConfigError>,
}

const PREFIX: &str = "MAYFLY_";

impl Reader {
    pub(super) fn new(
        file: Option<&Path>,
        environment: BTreeMap<String, String>,
    ) -> Result<Reader, Vec<ConfigError>> {
        let mut reader = Reader {
            file: file.map(|file| file.display().to_string()).unwrap_or_default(),
            found: BTreeMap::new(),
            environment,
            known: BTreeSet::new(),
            open: BTreeSet::new(),
            errors: Vec::new(),
        };
        if let Some(file) = file {
            reader.read_file(file).map_err(|error| vec![error])?;
        }
        Ok(reader)
    }

    fn read_file(&mut self, file: &Path) -> Result<(), ConfigError> {
        let error = |place: String, problem: String, hint: &str| ConfigError {
            place,
            problem,
            hint: hint.to_owned(),
        };
        let text = std::fs::read_to_string(file).map_err(|source| {
            error(self.file.clone(), source.to_string(), "name the file with --config")
        })?;
        let table = DeTable::parse(&text).map_err(|wrong| {
            let line = wrong.span().map_or(1, |span| line_of(&text, span.start));
            let place = format!("{}:{line}", self.file);
            error(place, wrong.message().to_owned(), "mayfly.toml is TOML: key = \"value\"")
        })?;
        flatten("", table.get_ref(), &text, &mut self.found);
        Ok(())
    }

    /// A text, number or truth as text: from the environment, or else from the file.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        self.known.insert(key.to_owned());
        if let Some(value) = self.environment.get(&variable(key)) {
            return Some(value.clone());
        }
        match &self.found.get(key)?.value {
            Value::Text(text) | Value::Plain(text) => Some(text.clone()),
            Value::List(_) | Value::Odd => {
                self.wrong(key, "it is no text", &format!("write {} = \"…\"", last(key)));
                None
            }
        }
    }

    pub(super) fn path(&mut self, key: &str) -> Option<PathBuf> {
        if let Some(Found { value: Value::Plain(_), .. }) = self.found.get(key)
            && !self.environment.contains_key(&variable(key))
        {
            self.known.insert(key.to_owned());
            self.wrong(key, "it is no path", &format!("write {} = \"…\"", last(key)));
            return None;
        }
        self.text(key).map(PathBuf::from)
    }

    /// A secret: from the environment, or from the file that `<key>_file` names. Never from the settings.
    pub(super) fn secret(&mut self, key: &str) -> Option<SecretString> {
        self.known.insert(key.to_owned());
        let hint = format!("set {} in the environment, or name a file: {key}_file", variable(key));
        if self.refuse_in_file(key, &hint) {
            return None;
        }
        self.file_or_environment(key).map(SecretString::from)
    }

    /// Refuses a secret that stands in the file, without repeating it; `true`: it does.
    pub(super) fn refuse_in_file(&mut self, key: &str, hint: &str) -> bool {
        let Some(found) = self.found.get(key) else { return false };
        self.errors.push(ConfigError {
            place: format!("{}:{}: {key}", self.file, found.line),
            problem: "a secret stands in the settings".to_owned(),
            hint: hint.to_owned(),
        });
        true
    }

    /// A URL that may carry a password, and may not.
    pub(super) fn secret_or_text(&mut self, key: &str) -> Option<String> {
        self.file_or_environment(key).or_else(|| self.text(key))
    }

    fn file_or_environment(&mut self, key: &str) -> Option<String> {
        self.known.insert(key.to_owned());
        if let Some(value) = self.environment.get(&variable(key)) {
            return Some(value.clone()).filter(|value| !value.is_empty());
        }
        let named = format!("{key}_file");
        let path = self.text(&named)?;
        match std::fs::read_to_string(&path) {
            Ok(text) => Some(text.trim().to_owned()),
            Err(error) => {
                self.wrong(
                    &named,
                    &format!("it cannot be read: {error}"),
                    "name a file that the bot may read",
                );
                None
            }
        }
    }

    /// A list of texts; in the environment separated by commas.
    pub(super) fn list(&mut self, key: &str) -> Option<Vec<String>> {
        self.known.insert(key.to_owned());
        if let Some(value) = self.environment.get(&variable(key)) {
            return Some(value.split(',').map(|one| one.trim().to_owned()).collect());
        }
        match &self.found.get(key)?.value {
            Value::List(list) => Some(list.clone()),
            _ => {
                self.wrong(
                    key,
                    "it is no list of texts",
                    &format!("write {} = [\"…\", \"…\"]", last(key)),
                );
                None
            }
        }
    }

    /// One text or several; in the environment separated by commas.
    pub(super) fn one_or_more(&mut self, key: &str) -> Option<Vec<String>> {
        let in_file = !self.environment.contains_key(&variable(key));
        match self.found.get(key).map(|found| &found.value) {
            Some(Value::Text(text)) if in_file => {
                self.known.insert(key.to_owned());
                Some(vec![text.clone()])
            }
            _ => self.list(key),
        }
    }

    /// A table of lists whose keys are the operator's own.
    pub(super) fn lists(&mut self, table: &str) -> BTreeMap<String, Vec<String>> {
        let keys = self.keys_of(table);
        let list = |key: &String| {
            let name = last(key).to_owned();
            self.list(key).map(|list| (name, list))
        };
        keys.iter().filter_map(list).collect()
    }

    /// A table of texts whose keys are the operator's own; those of a table within have its name before theirs.
    pub(super) fn texts(&mut self, table: &str) -> BTreeMap<String, String> {
        let keys = self.keys_of(table);
        let text = |key: &String| {
            let name = key.get(table.len() + 1..).unwrap_or_default().to_owned();
            self.text(key).map(|text| (name, text))
        };
        keys.iter().filter_map(text).collect()
    }

    fn keys_of(&mut self, table: &str) -> Vec<String> {
        self.open.insert(table.to_owned());
        let prefix = format!("{table}.");
        self.found.keys().filter(|key| key.starts_with(&prefix)).cloned().collect()
    }

    /// Notes that a key's value will not do.
    pub(super) fn wrong(&mut self, key: &str, problem: &str, hint: &str) {
        let (place, problem, hint) = (self.place(key), problem.to_owned(), hint.to_owned());
        self.errors.push(ConfigError { place, problem, hint });
    }

    /// Where a key stands, with its value: for what is found wrong with it.
    pub(super) fn place(&self, key: &str) -> String {
        match (self.environment.get(&variable(key)), self.found.get(key)) {
            (Some(value), _) => format!("{} = {value:?}", variable(key)),
            (None, Some(found)) => {
                let value = match &found.value {
                    Value::Text(text) => format!(" = {text:?}"),
                    Value::Plain(text) => format!(" = {text}"),
                    Value::List(list) => format!(" = {list:?}"),
                    Value::Odd => String::new(),
                };
                format!("{}:{}: {key}{value}", self.file, found.line)
            }
            (None, None) => key.to_owned(),
        }
    }

    /// Everything that was wrong, keys that nobody asked for included.
    pub(super) fn finish(mut self) -> Result<(), Vec<ConfigError>> {
        let unknown: Vec<String> = self
            .found
            .keys()
            .filter(|key| !self.known.contains(*key))
            .filter(|key| !key.rsplit_once('.').is_some_and(|(table, _)| self.open.contains(table)))
            .cloned()
            .collect();
        for key in unknown {
            let near = self
                .known
                .iter()
                .map(|known| (strsim::damerau_levenshtein(known, &key), known))
                .filter(|(distance, _)| *distance <= 3)
                .min();
            let hint = match near {
                Some((_, near)) => format!("did you mean `{near}`?"),
                None => "docs/settings.md lists all settings; take this one out".to_owned(),
            };
            self.wrong(&key, "there is no such setting", &hint);
        }
        if self.errors.is_empty() { Ok(()) } else { Err(self.errors) }
    }
}

/// The variable that goes over a key.
fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase().replace(['.', '-'], "_"))
}

fn last(key: &str) -> &str {
    key.rsplit_once('.').map_or(key, |(_, last)| last)
}

fn flatten(prefix: &str, table: &DeTable<'_>, text: &str, found: &mut BTreeMap<String, Found>) {
    for (key, value) in table {
        let name = match prefix {
            "" => key.get_ref().to_string(),
            prefix => format!("{prefix}.{}", key.get_ref()),
        };
        let line = line_of(text, key.span().start);
        let value = match value.get_ref() {
            DeValue::Table(inner) => {
                flatten(&name, inner, text, found);
                continue;
            }
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(number) => Value::Plain(number.as_str().to_owned()),
            DeValue::Float(number) => Value::Plain(number.as_str().to_owned()),
            DeValue::Boolean(truth) => Value::Plain(truth.to_string()),
            DeValue::Array(list) => {
                let texts: Option<Vec<String>> =
                    list.iter().map(|one| one.get_ref().as_str().map(str::to_owned)).collect();
                texts.map_or(Value::Odd, Value::List)
            }
            DeValue::Datetime(_) => Value::Odd,
        };
        found.insert(name, Found { line, value });
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count()
}
