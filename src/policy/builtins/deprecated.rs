//! What Rego v0 had: policies that were written for it still call these.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use regorus::Value;

use super::{argument, elements, kind};

pub(super) fn any(arguments: &[Value]) -> Result<Value> {
    Ok(Value::Bool(elements(arguments, 1)?.into_iter().any(|value| *value == Value::Bool(true))))
}

pub(super) fn all(arguments: &[Value]) -> Result<Value> {
    Ok(Value::Bool(elements(arguments, 1)?.into_iter().all(|value| *value == Value::Bool(true))))
}

pub(super) fn set_diff(arguments: &[Value]) -> Result<Value> {
    match (argument(arguments, 1)?, argument(arguments, 2)?) {
        (Value::Set(one), Value::Set(other)) => {
            let left = one.iter().filter(|value| !other.contains(value)).cloned();
            Ok(Value::from(left.collect::<BTreeSet<Value>>()))
        }
        (one, other) => bail!("both have to be sets and are {} and {}", kind(one), kind(other)),
    }
}

pub(super) fn cast_array(arguments: &[Value]) -> Result<Value> {
    Ok(Value::from(elements(arguments, 1)?.into_iter().cloned().collect::<Vec<Value>>()))
}

pub(super) fn cast_set(arguments: &[Value]) -> Result<Value> {
    Ok(Value::from(elements(arguments, 1)?.into_iter().cloned().collect::<BTreeSet<Value>>()))
}

pub(super) fn cast_string(arguments: &[Value]) -> Result<Value> {
    itself(arguments, |value| matches!(value, Value::String(_)))
}

pub(super) fn cast_boolean(arguments: &[Value]) -> Result<Value> {
    itself(arguments, |value| matches!(value, Value::Bool(_)))
}

pub(super) fn cast_null(arguments: &[Value]) -> Result<Value> {
    itself(arguments, |value| matches!(value, Value::Null))
}

pub(super) fn cast_object(arguments: &[Value]) -> Result<Value> {
    itself(arguments, |value| matches!(value, Value::Object(_)))
}

fn itself(arguments: &[Value], fits: fn(&Value) -> bool) -> Result<Value> {
    let value = argument(arguments, 1)?;
    match fits(value) {
        true => Ok(value.clone()),
        false => bail!("it is {}", kind(value)),
    }
}
