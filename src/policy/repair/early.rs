//! What is computed before something else, as OPA's compiler orders it.
//!
//! - `not f(g(x))`: OPA computes the arguments before it negates. Where `g(x)`, or `input.tags` in
//!   `not f(input.tags)`, is undefined, the whole statement is, and the rule finds nothing. The engine takes the
//!   undefined call for false and its negation for true.
//! - `[path, value] := walk(x)`: the engine gives out all of `walk` only as `walk(x, [path, value])`.
//! - `deny contains f(x) if { … }`: where `f(x)` is undefined for one `x`, the engine forgets what the rule found
//!   before. OPA goes on to the next.
//!
//! Each is put into a statement of its own.

use std::collections::BTreeSet;
use std::ops::Range;

use regorus::unstable::{
    BoolOp, Expr, Literal, LiteralStmt, Module, Query, Ref, Rule, RuleBody, RuleHead, Span,
};

use super::rewrite::{Edit, Piece};
use super::span::{before, is_plain, whole, whole_expression};
use crate::policy::walk::{self, Part};

/// What the new variables begin with.
const NAME: &str = "argument__";

/// The changes to rules whose heads compute something.
///
/// # Errors
/// The place of a head that walks, in a rule without a body.
pub(super) fn heads(
    module: &Module,
    globals: &BTreeSet<String>,
    text: &str,
) -> Result<Vec<Edit>, Span> {
    let mut names = Names { text, taken: 0 };
    let mut edits = Vec::new();
    for rule in &module.policy {
        let head = computed_in_head(rule, globals);
        let bodies = walk::bodies(rule);
        if bodies.is_empty() {
            match walk::head_expressions(rule)
                .into_iter()
                .find_map(|expr| walks(expr).first().copied())
            {
                Some(call) => return Err(walk::first_span(call).clone()),
                None => continue,
            }
        }
        let named: Vec<(String, &Ref<Expr>)> =
            head.into_iter().map(|expr| (names.fresh(), expr)).collect();
        edits.extend(named.iter().map(|(name, expr)| replaced(expr, name, text)));
        for (at, body) in bodies.iter().enumerate() {
            let mut own = match at == 0 || !body.is_else {
                true => named.clone(),
                false => Vec::new(),
            };
            // A function is called for one value at a time, and an `else` without a body says one alone.
            if let Some(assign) = &body.assign
                && !is_plain(&assign.value, globals)
                && !is_function(rule)
                && !body.query.stmts.is_empty()
            {
                let name = names.fresh();
                edits.push(replaced(&assign.value, &name, text));
                own.push((name, &assign.value));
            }
            if !own.is_empty() {
                edits.extend(appended(body, &own, text));
            }
        }
    }
    Ok(edits)
}

/// The changes to the outermost statements that negate what they compute, or walk. What those hold is changed
/// by asking again.
pub(super) fn statements(module: &Module, globals: &BTreeSet<String>, text: &str) -> Vec<Edit> {
    let mut names = Names { text, taken: 0 };
    let mut found: Vec<(Range<usize>, Vec<Edit>)> = Vec::new();
    for rule in &module.policy {
        walk::every_statement(rule, &mut |query, statement| {
            let mut first = Vec::new();
            match &statement.literal {
                Literal::NotExpr { expr, .. } => {
                    let mut computed = Vec::new();
                    arguments(expr, globals, &mut computed);
                    first.extend(
                        computed.into_iter().map(|expr| (First::Assigned(expr), names.fresh())),
                    );
                }
                literal => {
                    let calls = walk::expressions(literal).into_iter().flat_map(walks);
                    first.extend(calls.map(|call| (First::Walked(call), names.fresh())));
                }
            }
            if !first.is_empty() {
                found
                    .push((whole(&statement.span, text), prepended(query, statement, first, text)));
            }
        });
    }
    let outermost = |range: &Range<usize>| {
        !found.iter().any(|(other, _)| {
            other != range && other.start <= range.start && range.end <= other.end
        })
    };
    let kept = found.iter().filter(|(range, _)| outermost(range));
    kept.flat_map(|(_, edits)| edits.clone()).collect()
}

/// What becomes a statement of its own.
enum First<'a> {
    /// `name := expression`
    Assigned(&'a Ref<Expr>),
    /// `walk(x, name)`, of a call with one argument.
    Walked(&'a Ref<Expr>),
}

impl First<'_> {
    fn expr(&self) -> &Expr {
        match self {
            First::Assigned(expr) | First::Walked(expr) => expr,
        }
    }

    fn statement(&self, name: &str, text: &str) -> Vec<Piece> {
        let range = whole_expression(self.expr(), text);
        match self {
            First::Assigned(_) => vec![Piece::New(format!("{name} := ")), Piece::Of(range)],
            First::Walked(_) => {
                vec![Piece::Of(range.start..range.end - 1), Piece::New(format!(", {name})"))]
            }
        }
    }
}

fn prepended(
    query: &Query,
    statement: &LiteralStmt,
    first: Vec<(First<'_>, String)>,
    text: &str,
) -> Vec<Edit> {
    let span = whole(&statement.span, text);
    let with = statement.with_mods.first().map(|with| with.span.start as usize..span.end);
    let braces = is_without_braces(query) && before(text, span.start).ends_with("if");
    let mut pieces = vec![Piece::New(if braces { "{ ".to_owned() } else { String::new() })];
    for (first, name) in &first {
        pieces.extend(first.statement(name, text));
        if let Some(with) = &with {
            pieces.push(Piece::New(" ".to_owned()));
            pieces.push(Piece::Of(with.clone()));
        }
        pieces.push(Piece::New("; ".to_owned()));
    }
    let mut edits = vec![Edit { range: span.start..span.start, with: pieces }];
    edits.extend(first.iter().map(|(first, name)| replaced(first.expr(), name, text)));
    if braces {
        edits.push(Edit { range: span.end..span.end, with: vec![Piece::New(" }".to_owned())] });
    }
    edits
}

fn appended(body: &RuleBody, computed: &[(String, &Ref<Expr>)], text: &str) -> Vec<Edit> {
    let (Some(first), Some(last)) = (body.query.stmts.first(), body.query.stmts.last()) else {
        return Vec::new();
    };
    let (start, end) = (whole(&first.span, text).start, whole(&last.span, text).end);
    let braces = is_without_braces(&body.query);
    let mut pieces = Vec::new();
    for (name, expr) in computed {
        pieces.push(Piece::New("; ".to_owned()));
        pieces.extend(First::Assigned(expr).statement(name, text));
    }
    let mut edits = Vec::new();
    if braces {
        edits.push(Edit { range: start..start, with: vec![Piece::New("{ ".to_owned())] });
        pieces.push(Piece::New(" }".to_owned()));
    }
    edits.push(Edit { range: end..end, with: pieces });
    edits
}

/// A body of one statement may go without braces, and needs them for two.
fn is_without_braces(query: &Query) -> bool {
    matches!(query.stmts.as_slice(), [only] if only.span.start == query.span.start)
}

fn is_function(rule: &Rule) -> bool {
    matches!(rule, Rule::Spec { head: RuleHead::Func { .. }, .. })
}

/// What the head of a set, an object or a value computes.
fn computed_in_head<'a>(rule: &'a Rule, globals: &BTreeSet<String>) -> Vec<&'a Ref<Expr>> {
    match rule {
        Rule::Spec { .. } if !is_function(rule) => {
            let all = walk::head_expressions(rule).into_iter();
            all.filter(|expr| !is_plain(expr, globals)).collect()
        }
        Rule::Spec { .. } | Rule::Default { .. } => Vec::new(),
    }
}

/// The calls of `walk` with one argument, but for those within comprehensions, which are other statements'.
fn walks(expr: &Ref<Expr>) -> Vec<&Ref<Expr>> {
    if let Expr::Call { fcn, params, .. } = expr.as_ref()
        && params.len() == 1
        && walk::names_of(fcn).is_some_and(|names| names == ["walk"])
    {
        return vec![expr];
    }
    let parts = walk::parts(expr).into_iter();
    let parts = parts.filter_map(|part| match part {
        Part::Expr(part) => Some(walks(part)),
        Part::Comprehension(..) => None,
    });
    parts.flatten().collect()
}

/// What of a negated expression is computed before it.
fn arguments<'a>(expr: &'a Ref<Expr>, globals: &BTreeSet<String>, found: &mut Vec<&'a Ref<Expr>>) {
    let mut take = |expr: &'a Ref<Expr>| {
        if !is_plain(expr, globals) {
            found.push(expr);
        }
    };
    match expr.as_ref() {
        Expr::Call { params, .. } => params.iter().for_each(take),
        // An equation is no call: what it compares may be undefined, what that is made of may not.
        Expr::BoolExpr { op: BoolOp::Eq, lhs, rhs, .. } | Expr::AssignExpr { lhs, rhs, .. } => {
            compared(lhs, globals, found);
            compared(rhs, globals, found);
        }
        Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::BinExpr { lhs, rhs, .. } => [lhs, rhs].into_iter().for_each(take),
        Expr::Membership { key, value, collection, .. } => {
            key.iter().chain([value, collection]).for_each(&mut take);
        }
        Expr::RefDot { .. } | Expr::RefBrack { .. } => compared(expr, globals, found),
        _ => {}
    }
}

fn compared<'a>(expr: &'a Ref<Expr>, globals: &BTreeSet<String>, found: &mut Vec<&'a Ref<Expr>>) {
    match expr.as_ref() {
        Expr::RefDot { refr, .. } => compared(refr, globals, found),
        Expr::RefBrack { refr, index, .. } => {
            compared(refr, globals, found);
            if !is_plain(index, globals) {
                found.push(index);
            }
        }
        Expr::Var { .. }
        | Expr::ArrayCompr { .. }
        | Expr::SetCompr { .. }
        | Expr::ObjectCompr { .. } => {}
        _ if is_plain(expr, globals) => {}
        _ => found.push(expr),
    }
}

struct Names<'a> {
    text: &'a str,
    taken: usize,
}

impl Names<'_> {
    fn fresh(&mut self) -> String {
        loop {
            self.taken += 1;
            let name = format!("{NAME}{}__", self.taken);
            if !self.text.contains(&name) {
                return name;
            }
        }
    }
}

fn replaced(expr: &Expr, name: &str, text: &str) -> Edit {
    Edit { range: whole_expression(expr, text), with: vec![Piece::New(name.to_owned())] }
}
