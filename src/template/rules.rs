//! What the `validation` blocks of a variable say, as far as a form can say it too.

use hcl::edit::expr::{
    BinaryOperator, Expression, FuncCall, ObjectKey, TraversalOperator, UnaryOperator,
};
use serde_json::{Map, Value};

use super::Pattern;

/// Limits that were understood; the engine itself checks all of them once more.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// From `contains([…], var.x)`.
    pub options: Option<Vec<String>>,
    /// From `can(regex("…", var.x))`.
    pub pattern: Option<Pattern>,
    /// From `var.x >= n`.
    pub min: Option<f64>,
    pub max: Option<f64>,
    /// From `length(var.x) >= n`.
    pub min_length: Option<usize>,
    pub max_length: Option<usize>,
}

impl Rules {
    /// Adds what a condition demands; parts joined by `&&` all count, anything else is left to the engine.
    pub fn read(&mut self, variable: &str, condition: &Expression, message: Option<&str>) {
        match condition {
            Expression::Parenthesis(inner) => self.read(variable, inner.inner(), message),
            Expression::FuncCall(call) => self.call(variable, call, message),
            Expression::BinaryOp(op) => match *op.operator.value() {
                BinaryOperator::And => {
                    self.read(variable, &op.lhs_expr, message);
                    self.read(variable, &op.rhs_expr, message);
                }
                operator => {
                    self.compare(variable, &op.lhs_expr, operator, &op.rhs_expr);
                    if let Some(turned) = turned(operator) {
                        self.compare(variable, &op.rhs_expr, turned, &op.lhs_expr);
                    }
                }
            },
            _ => {}
        }
    }

    fn call(&mut self, variable: &str, call: &FuncCall, message: Option<&str>) {
        let mut args = call.args.iter();
        match (call.name.name.as_str(), args.next(), args.next()) {
            ("contains", Some(list), Some(value)) if is_variable(value, variable) => {
                let values = literal(list).and_then(|list| list.as_array().cloned());
                self.options = values.and_then(|list| list.iter().map(scalar_text).collect());
            }
            ("can", Some(Expression::FuncCall(inner)), None) => {
                let mut args = inner.args.iter();
                let (pattern, value) = (args.next(), args.next());
                let ours = value.is_some_and(|value| is_variable(value, variable));
                if inner.name.name.as_str() == "regex" && ours {
                    let source = pattern.and_then(|pattern| pattern.as_str());
                    // What Rust's engine cannot read is left to Terraform's.
                    let compiled = source.and_then(|source| Pattern::anywhere(source).ok());
                    self.pattern = compiled.map(|p| p.saying(message.map(str::to_owned)));
                }
            }
            _ => {}
        }
    }

    fn compare(
        &mut self,
        variable: &str,
        left: &Expression,
        operator: BinaryOperator,
        right: &Expression,
    ) {
        let Some(limit) = literal(right).and_then(|value| value.as_f64()) else { return };
        if is_variable(left, variable) {
            match operator {
                BinaryOperator::GreaterEq => self.min = Some(limit),
                BinaryOperator::LessEq => self.max = Some(limit),
                _ => {}
            }
        }
        let Expression::FuncCall(call) = left else { return };
        let counted = call.args.iter().next().is_some_and(|arg| is_variable(arg, variable));
        if call.name.name.as_str() != "length" || !counted || !(0.0..1e6).contains(&limit) {
            return;
        }
        let limit = limit as usize;
        match operator {
            BinaryOperator::GreaterEq => self.min_length = Some(limit),
            BinaryOperator::Greater => self.min_length = Some(limit + 1),
            BinaryOperator::LessEq => self.max_length = Some(limit),
            BinaryOperator::Less => self.max_length = Some(limit.saturating_sub(1)),
            _ => {}
        }
    }
}

/// The value of an expression that is written out in full.
pub(super) fn literal(expression: &Expression) -> Option<Value> {
    match expression {
        Expression::Null(_) => Some(Value::Null),
        Expression::Bool(value) => Some((*value.value()).into()),
        Expression::String(text) => Some(text.as_str().into()),
        Expression::Number(number) => {
            let number = number.value();
            match number.as_i64() {
                Some(whole) => Some(whole.into()),
                None => serde_json::Number::from_f64(number.as_f64()?).map(Value::Number),
            }
        }
        Expression::UnaryOp(op) if *op.operator.value() == UnaryOperator::Neg => {
            let number = literal(&op.expr)?;
            match number.as_i64() {
                Some(whole) => Some(whole.checked_neg()?.into()),
                None => serde_json::Number::from_f64(-number.as_f64()?).map(Value::Number),
            }
        }
        Expression::Parenthesis(inner) => literal(inner.inner()),
        Expression::Array(items) => {
            items.iter().map(literal).collect::<Option<_>>().map(Value::Array)
        }
        Expression::Object(object) => {
            let pair = |(key, value): (&ObjectKey, &hcl::edit::expr::ObjectValue)| {
                let key = match key {
                    ObjectKey::Ident(name) => name.as_str(),
                    ObjectKey::Expression(key) => key.as_str()?,
                };
                Some((key.to_owned(), literal(value.expr())?))
            };
            object.iter().map(pair).collect::<Option<Map<_, _>>>().map(Value::Object)
        }
        _ => None,
    }
}

/// A scalar as a form gives it.
pub(super) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

fn is_variable(expression: &Expression, name: &str) -> bool {
    let Some(traversal) = expression.as_traversal() else { return false };
    let root = traversal.expr.as_variable().map(|root| root.as_str());
    let attribute = match traversal.operators.as_slice() {
        [one] => match one.value() {
            TraversalOperator::GetAttr(attribute) => Some(attribute.as_str()),
            _ => None,
        },
        _ => None,
    };
    root == Some("var") && attribute == Some(name)
}

fn turned(operator: BinaryOperator) -> Option<BinaryOperator> {
    match operator {
        BinaryOperator::Greater => Some(BinaryOperator::Less),
        BinaryOperator::GreaterEq => Some(BinaryOperator::LessEq),
        BinaryOperator::Less => Some(BinaryOperator::Greater),
        BinaryOperator::LessEq => Some(BinaryOperator::GreaterEq),
        _ => None,
    }
}
