//! `some x in y` where `y` is a text, a number or a boolean: for OPA there is nothing in it, and for the engine it
//! is an error that ends the rule.

use regorus::unstable::{Expr, Literal, Module};

use super::rewrite::{Edit, Piece};
use super::span::whole_expression;
use crate::policy::builtins::ITERABLE;
use crate::policy::walk;

/// The changes that make what has nothing in it undefined.
pub(super) fn collections(module: &Module, text: &str) -> Vec<Edit> {
    let mut edits = Vec::new();
    for rule in &module.policy {
        walk::every_statement(rule, &mut |_, statement| {
            if let Literal::SomeIn { collection, .. } = &statement.literal
                && !is_collection(collection)
            {
                let range = whole_expression(collection, text);
                let before = Piece::New(format!("{ITERABLE}("));
                edits.push(Edit { range: range.start..range.start, with: vec![before] });
                let behind = Piece::New(")".to_owned());
                edits.push(Edit { range: range.end..range.end, with: vec![behind] });
            }
        });
    }
    edits
}

fn is_collection(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::Array { .. }
            | Expr::Set { .. }
            | Expr::Object { .. }
            | Expr::ArrayCompr { .. }
            | Expr::SetCompr { .. }
            | Expr::ObjectCompr { .. }
    )
}
