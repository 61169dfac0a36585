//! An engine that has loaded a bundle.

use anyhow::Result;
use regorus::{Engine, Value};

use super::RegoVersion;
use super::builtins::{self, Strictness};
use super::bundle::Loadable;
use super::repair::lengths;

/// An engine with the modules and the data, which does what OPA does.
pub(super) fn build(loadable: &Loadable, strictness: Strictness) -> Result<Engine> {
    let mut engine = Engine::new();
    engine.set_policy_length_config(lengths());
    engine.set_gather_prints(true);
    engine.set_strict_builtin_errors(strictness == Strictness::Strict);
    builtins::add_to(&mut engine, strictness)?;
    engine.add_data(value(&loadable.data)?)?;
    for module in &loadable.modules {
        engine.set_rego_v0(module.version == RegoVersion::V0);
        engine.add_policy(module.name.clone(), module.text.clone())?;
    }
    // Of queries: of a v0 bundle they are v0 too.
    let v0 = !loadable.modules.is_empty()
        && loadable.modules.iter().all(|module| module.version == RegoVersion::V0);
    engine.set_rego_v0(v0);
    Ok(engine)
}

/// JSON as the engine has it.
pub(super) fn value(json: &serde_json::Value) -> Result<Value> {
    Ok(serde_json::from_value(json.clone())?)
}

/// A value of the engine as JSON: sets are arrays.
pub(super) fn json(value: &Value) -> Result<serde_json::Value> {
    Ok(serde_json::to_value(value)?)
}
