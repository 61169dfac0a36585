//! A query, answered as `opa eval --format json` prints it.

use anyhow::Result;
use regorus::{Engine, Value};
use serde_json::{Map, Value as Json, json};

use super::engine;

/// What stands at a path.
pub(super) fn value(engine: &mut Engine, path: String) -> Result<Value> {
    let answers = engine.eval_query(path, false)?.result;
    let first = answers.into_iter().flat_map(|answer| answer.expressions).next();
    Ok(first.map_or(Value::Undefined, |expression| expression.value))
}

/// `{"result": [{"expressions": [{"value", "text", "location"}], "bindings"}]}`; without a result where nothing
/// is defined.
pub(super) fn results(engine: &mut Engine, query: &str) -> Result<Json> {
    let answers = engine.eval_query(query.to_owned(), false)?.result;
    let mut results = Vec::new();
    for answer in answers {
        if answer.expressions.iter().any(|expression| expression.value == Value::Undefined) {
            continue;
        }
        let mut result = Map::new();
        let mut expressions = Vec::new();
        for expression in &answer.expressions {
            let (row, col) = (expression.location.row, expression.location.col);
            expressions.push(json!({
                "value": engine::json(&expression.value)?,
                "text": expression.text.as_ref(),
                "location": {"row": row, "col": col},
            }));
        }
        result.insert("expressions".to_owned(), Json::Array(expressions));
        let bindings = engine::json(&answer.bindings)?;
        if bindings.as_object().is_some_and(|bindings| !bindings.is_empty()) {
            result.insert("bindings".to_owned(), bindings);
        }
        results.push(Json::Object(result));
    }
    Ok(match results.is_empty() {
        true => json!({}),
        false => json!({ "result": results }),
    })
}
