//! Where expressions stand, and which of them compute nothing.

use std::collections::BTreeSet;
use std::ops::Range;

use regorus::unstable::{Expr, Span};

/// Whether it is there before anything is computed: a value that is written out, a variable, and what is made
/// of them.
pub(super) fn is_plain(expr: &Expr, globals: &BTreeSet<String>) -> bool {
    match expr {
        Expr::String { .. }
        | Expr::RawString { .. }
        | Expr::Number { .. }
        | Expr::Bool { .. }
        | Expr::Null { .. }
        | Expr::UnaryExpr { .. } => true,
        Expr::Var { span, .. } => {
            let name = span.text();
            name != "input" && name != "data" && !globals.contains(name)
        }
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            items.iter().all(|item| is_plain(item, globals))
        }
        Expr::Object { fields, .. } => {
            fields.iter().all(|(_, key, value)| is_plain(key, globals) && is_plain(value, globals))
        }
        _ => false,
    }
}

/// Where an expression stands. The spans of objects begin at one of their keys, and those of what begins with an
/// object too.
pub(super) fn whole_expression(expr: &Expr, text: &str) -> Range<usize> {
    let Range { start, end } = whole(expr.span(), text);
    let start = match expr {
        Expr::Object { fields, .. } => {
            let first =
                fields.first().map_or(start, |(_, key, _)| whole_expression(key, text).start);
            text.get(..first).and_then(|before| before.rfind('{')).unwrap_or(start)
        }
        Expr::RefDot { refr: first, .. }
        | Expr::RefBrack { refr: first, .. }
        | Expr::BinExpr { lhs: first, .. }
        | Expr::BoolExpr { lhs: first, .. }
        | Expr::ArithExpr { lhs: first, .. }
        | Expr::AssignExpr { lhs: first, .. } => start.min(whole_expression(first, text).start),
        _ => start,
    };
    start..end
}

/// Where something stands, with the quotes of strings that it begins or ends with, which are no part of spans.
pub(super) fn whole(span: &Span, text: &str) -> Range<usize> {
    let (start, end) = (span.start as usize, span.end as usize);
    let quote = |text: Option<&str>, at: fn(&str) -> Option<char>| {
        text.and_then(at).is_some_and(|one| one == '"' || one == '`')
    };
    let before = quote(text.get(..start), |text| text.chars().next_back());
    let behind = quote(text.get(end..), |text| text.chars().next());
    start - usize::from(before)..end + usize::from(behind)
}

/// The text before, without the space at its end.
pub(super) fn before(text: &str, at: usize) -> &str {
    text.get(..at).unwrap_or_default().trim_end()
}
