//! `data`: the files of the data folders in one tree.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::PolicyError;
use super::sources::DataFile;

/// Which file said what stands at a path of the tree.
#[derive(Debug, Clone, Default)]
pub(super) struct Origins(BTreeMap<Vec<String>, String>);

impl Origins {
    /// The file of a key: the one that said it, or what is above it, whole.
    pub fn of(&self, path: &[String]) -> &str {
        let above = (0..=path.len()).rev().filter_map(|long| self.0.get(path.get(..long)?));
        above.into_iter().next().map_or("data", String::as_str)
    }
}

/// One tree of all files: objects are merged, as `opa` and `conftest` do it.
///
/// # Errors
/// A file that does not parse or is no object, and two files that give one key different values.
pub(super) fn merge(files: &[DataFile]) -> Result<(Value, Origins), Vec<PolicyError>> {
    let mut tree = Merged::default();
    let mut errors = Vec::new();
    for file in files {
        match parse(file).map(|value| tree.add(file, value)) {
            Ok(mut conflicts) => errors.append(&mut conflicts),
            Err(error) => errors.push(error),
        }
    }
    match errors.is_empty() {
        true => Ok((Value::Object(tree.root), Origins(tree.said_by))),
        false => Err(errors),
    }
}

#[derive(Default)]
struct Merged {
    root: Map<String, Value>,
    /// Which file said what stands at a path.
    said_by: BTreeMap<Vec<String>, String>,
}

impl Merged {
    fn add(&mut self, file: &DataFile, value: Map<String, Value>) -> Vec<PolicyError> {
        let nested = file
            .under
            .iter()
            .rev()
            .fold(value, |inner, key| Map::from_iter([(key.clone(), Value::Object(inner))]));
        let mut errors = Vec::new();
        merge_into(
            &mut self.root,
            nested,
            &mut At { file, path: Vec::new(), said_by: &mut self.said_by },
            &mut errors,
        );
        errors
    }
}

struct At<'a> {
    file: &'a DataFile,
    path: Vec<String>,
    said_by: &'a mut BTreeMap<Vec<String>, String>,
}

fn merge_into(
    tree: &mut Map<String, Value>,
    new: Map<String, Value>,
    at: &mut At<'_>,
    errors: &mut Vec<PolicyError>,
) {
    for (key, value) in new {
        at.path.push(key.clone());
        match (tree.get_mut(&key), value) {
            (None, value) => {
                at.said_by.insert(at.path.clone(), at.file.name.clone());
                tree.insert(key, value);
            }
            (Some(Value::Object(old)), Value::Object(new)) => merge_into(old, new, at, errors),
            (Some(old), new) if *old == new => {}
            (Some(_), _) => errors.push(conflict(at)),
        }
        at.path.pop();
    }
}

fn conflict(at: &At<'_>) -> PolicyError {
    let path = at.path.join(".");
    // What an earlier file said of this key, or of the one above it, whole.
    let mut above = at.path.clone();
    let other = loop {
        match at.said_by.get(&above) {
            Some(file) => break file.as_str(),
            None if above.pop().is_none() => break "another file",
            None => {}
        }
    };
    PolicyError::file(&at.file.name, format!("`data.{path}` has another value in {other}"))
        .hint("say it in one of the two")
}

fn parse(file: &DataFile) -> Result<Map<String, Value>, PolicyError> {
    let value = match file.name.ends_with(".json") {
        true => serde_json::from_str(&file.text).map_err(|error| {
            PolicyError::file(&file.name, format!("this is no valid JSON: {error}"))
                .at(error.line(), error.column())
        })?,
        false => yaml(file)?,
    };
    match value {
        Value::Object(map) => Ok(map),
        Value::Null => Ok(Map::new()),
        _ => Err(PolicyError::file(&file.name, "at the top of a file of data stands no mapping")
            .hint("give what is there a name: `names: [...]`")),
    }
}

fn yaml(file: &DataFile) -> Result<Value, PolicyError> {
    if file.text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Ok(Value::Null);
    }
    serde_saphyr::from_str(&file.text).map_err(|error| {
        let said = error.without_snippet().to_string();
        let what = format!("this is no valid YAML: {}", said.lines().next().unwrap_or_default());
        let wrong = PolicyError::file(&file.name, what);
        match error.location() {
            Some(at) => wrong.at(at.line() as usize, at.column() as usize),
            None => wrong,
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn file(name: &str, text: &str) -> DataFile {
        DataFile { name: name.to_owned(), text: text.to_owned(), under: Vec::new() }
    }

    #[test]
    fn files_are_one_tree() {
        let mut nested = file("data/aws/sizes.json", r#"{"large": ["m5.large"]}"#);
        nested.under = vec!["aws".to_owned()];
        let files = [
            file("data/a.yaml", "teams:\n  payments: {quota: 3}\nregions: [us-east-1]\n"),
            file("data/b.yml", "# only this\nteams:\n  shop: {quota: 2}\n"),
            file("data/empty.yaml", "# nothing yet\n"),
            nested,
        ];
        let expected = json!({
            "teams": {"payments": {"quota": 3}, "shop": {"quota": 2}},
            "regions": ["us-east-1"],
            "aws": {"large": ["m5.large"]},
        });
        let (tree, origins) = merge(&files).unwrap();
        assert_eq!(tree, expected);
        let of = |path: &[&str]| {
            let path: Vec<String> = path.iter().map(|&key| key.to_owned()).collect();
            origins.of(&path).to_owned()
        };
        assert_eq!(of(&["teams", "payments", "quota"]), "data/a.yaml");
        assert_eq!(of(&["teams", "shop", "quota"]), "data/b.yml");
        assert_eq!(of(&["aws", "sizes"]), "data/aws/sizes.json");
        assert_eq!(of(&["gone"]), "data");
    }

    #[test]
    fn two_files_that_say_different_things_are_both_named() {
        let files = [
            file("a.yaml", "teams: {shop: {quota: 3}}"),
            file("b.yaml", "teams: {shop: {quota: 4}}"),
        ];
        let errors = merge(&files).unwrap_err();
        assert_eq!(errors.len(), 1);
        assert_eq!(
            errors[0].to_string(),
            "b.yaml: `data.teams.shop.quota` has another value in a.yaml\nhint: say it in one of the two"
        );
    }

    #[test]
    fn what_is_no_mapping_or_does_not_parse_is_said_with_its_place() {
        let files =
            [file("a.yaml", "- one\n"), file("b.json", "{\n  1: 2}"), file("c.yaml", "a: [1\n")];
        let said: Vec<String> =
            merge(&files).unwrap_err().iter().map(ToString::to_string).collect();
        assert!(
            said[0].starts_with("a.yaml: at the top of a file of data stands no mapping"),
            "{said:?}"
        );
        assert!(said[1].starts_with("b.json:2:3: this is no valid JSON"), "{said:?}");
        assert!(said[2].starts_with("c.yaml:"), "{said:?}");
    }
}
