//! A way through the syntax tree.

use regorus::unstable::{
    Expr, Literal, LiteralStmt, Module, Query, Ref, Rule, RuleBody, RuleHead, Span,
};

/// What an expression is made of.
pub(super) enum Part<'a> {
    Expr(&'a Ref<Expr>),
    /// A comprehension: its terms, and its body.
    Comprehension(Vec<&'a Ref<Expr>>, &'a Ref<Query>),
}

/// The parts of an expression; of a call without the function's name.
pub(super) fn parts(expr: &Expr) -> Vec<Part<'_>> {
    match expr {
        Expr::Array { items, .. } | Expr::Set { items, .. } => {
            items.iter().map(Part::Expr).collect()
        }
        Expr::Object { fields, .. } => {
            fields.iter().flat_map(|(_, key, value)| [Part::Expr(key), Part::Expr(value)]).collect()
        }
        Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
            vec![Part::Comprehension(vec![term], query)]
        }
        Expr::ObjectCompr { key, value, query, .. } => {
            vec![Part::Comprehension(vec![key, value], query)]
        }
        Expr::Call { params, .. } => params.iter().map(Part::Expr).collect(),
        Expr::UnaryExpr { expr, .. } => vec![Part::Expr(expr)],
        Expr::RefDot { refr, .. } => vec![Part::Expr(refr)],
        Expr::RefBrack { refr, index, .. } => vec![Part::Expr(refr), Part::Expr(index)],
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => vec![Part::Expr(lhs), Part::Expr(rhs)],
        Expr::Membership { key, value, collection, .. } => {
            key.iter().chain([value, collection]).map(Part::Expr).collect()
        }
        Expr::String { .. }
        | Expr::RawString { .. }
        | Expr::Number { .. }
        | Expr::Bool { .. }
        | Expr::Null { .. }
        | Expr::Var { .. } => Vec::new(),
    }
}

/// The expressions of a statement, without what `with` puts in and without the body of `every`.
pub(super) fn expressions(literal: &Literal) -> Vec<&Ref<Expr>> {
    match literal {
        Literal::SomeVars { .. } => Vec::new(),
        Literal::SomeIn { key, value, collection, .. } => {
            key.iter().chain([value, collection]).collect()
        }
        Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => vec![expr],
        Literal::Every { domain, .. } => vec![domain],
    }
}

/// Every expression of a module, those within others too.
pub(super) fn every_expression<'a>(module: &'a Module, seen: &mut dyn FnMut(&'a Ref<Expr>)) {
    for rule in &module.policy {
        every_expression_of(rule, seen);
    }
}

/// Every expression of a rule, those within others too.
pub(super) fn every_expression_of<'a>(rule: &'a Rule, seen: &mut dyn FnMut(&'a Ref<Expr>)) {
    for head in head_expressions(rule) {
        within(head, seen);
    }
    for body in bodies(rule) {
        if let Some(assign) = &body.assign {
            within(&assign.value, seen);
        }
        within_query(&body.query, seen);
    }
}

/// Every statement of a rule, those of comprehensions and of `every` too.
pub(super) fn every_statement<'a>(
    rule: &'a Rule,
    seen: &mut dyn FnMut(&'a Query, &'a LiteralStmt),
) {
    let mut queries: Vec<&'a Ref<Query>> = bodies(rule).iter().map(|body| &body.query).collect();
    let mut collect = |expr: &'a Ref<Expr>| queries_of(expr, &mut queries);
    head_expressions(rule).into_iter().for_each(&mut collect);
    bodies(rule).iter().flat_map(|body| &body.assign).for_each(|assign| collect(&assign.value));
    while let Some(query) = queries.pop() {
        for statement in &query.stmts {
            seen(query, statement);
            let with = statement.with_mods.iter().map(|with| &with.r#as);
            for expr in expressions(&statement.literal).into_iter().chain(with) {
                queries_of(expr, &mut queries);
            }
            if let Literal::Every { query, .. } = &statement.literal {
                queries.push(query);
            }
        }
    }
}

/// The bodies of a rule.
pub(super) fn bodies(rule: &Rule) -> &[RuleBody] {
    match rule {
        Rule::Spec { bodies, .. } => bodies,
        Rule::Default { .. } => &[],
    }
}

/// The name of a rule as it is written, with what is in brackets.
pub(super) fn name_of(rule: &Rule) -> &Ref<Expr> {
    match rule {
        Rule::Default { refr, .. } => refr,
        Rule::Spec { head, .. } => match head {
            RuleHead::Compr { refr, .. }
            | RuleHead::Set { refr, .. }
            | RuleHead::Func { refr, .. } => refr,
        },
    }
}

/// What stands in a rule's head beside its name.
pub(super) fn head_expressions(rule: &Rule) -> Vec<&Ref<Expr>> {
    let mut found = Vec::new();
    let mut at = name_of(rule);
    loop {
        at = match at.as_ref() {
            Expr::RefBrack { refr, index, .. } => {
                found.push(index);
                refr
            }
            Expr::RefDot { refr, .. } => refr,
            _ => break,
        };
    }
    match rule {
        Rule::Default { args, value, .. } => found.extend(args.iter().chain([value])),
        Rule::Spec { head, .. } => match head {
            RuleHead::Compr { assign, .. } => {
                found.extend(assign.iter().map(|assign| &assign.value))
            }
            RuleHead::Set { key, .. } => found.extend(key),
            RuleHead::Func { args, assign, .. } => {
                found.extend(args.iter().chain(assign.iter().map(|assign| &assign.value)));
            }
        },
    }
    found
}

/// The first name of a reference; none where it begins with something else.
pub(super) fn root_of(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Var { span, .. } => Some(span.text()),
        Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } => root_of(refr),
        _ => None,
    }
}

/// The span of what an expression begins with: those of calls and of references begin further on.
pub(super) fn first_span(expr: &Expr) -> &Span {
    match expr {
        Expr::RefDot { refr: first, .. }
        | Expr::RefBrack { refr: first, .. }
        | Expr::Call { fcn: first, .. } => first_span(first),
        other => other.span(),
    }
}

/// The names of a reference that is made of nothing else: `data.a["b-c"].d`.
pub(super) fn names_of(expr: &Expr) -> Option<Vec<String>> {
    match expr {
        Expr::Var { span, .. } => Some(vec![span.text().to_owned()]),
        Expr::RefDot { refr, field, .. } => {
            let mut names = names_of(refr)?;
            names.push(field.0.text().to_owned());
            Some(names)
        }
        Expr::RefBrack { refr, index, .. } => {
            let mut names = names_of(refr)?;
            names.push(text_of(index)?);
            Some(names)
        }
        _ => None,
    }
}

/// The value of a string that is written out.
pub(super) fn text_of(expr: &Expr) -> Option<String> {
    match expr {
        Expr::String { value, .. } | Expr::RawString { value, .. } => {
            value.as_string().ok().map(|text| text.to_string())
        }
        _ => None,
    }
}

fn within<'a>(expr: &'a Ref<Expr>, seen: &mut dyn FnMut(&'a Ref<Expr>)) {
    seen(expr);
    for part in parts(expr) {
        match part {
            Part::Expr(part) => within(part, seen),
            Part::Comprehension(terms, query) => {
                terms.into_iter().for_each(|term| within(term, seen));
                within_query(query, seen);
            }
        }
    }
}

fn within_query<'a>(query: &'a Query, seen: &mut dyn FnMut(&'a Ref<Expr>)) {
    for statement in &query.stmts {
        for expr in expressions(&statement.literal) {
            within(expr, seen);
        }
        if let Literal::Every { query, .. } = &statement.literal {
            within_query(query, seen);
        }
        for with in &statement.with_mods {
            within(&with.r#as, seen);
        }
    }
}

fn queries_of<'a>(expr: &'a Ref<Expr>, queries: &mut Vec<&'a Ref<Query>>) {
    for part in parts(expr) {
        match part {
            Part::Expr(part) => queries_of(part, queries),
            Part::Comprehension(terms, query) => {
                queries.push(query);
                terms.into_iter().for_each(|term| queries_of(term, queries));
            }
        }
    }
}
