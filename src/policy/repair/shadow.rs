//! Variables that are called like a rule.
//!
//! `some resource in …` where a rule of the package, or an import, is called `resource` too is a variable of
//! its own to OPA; the engine takes the two for one. The variable gets another name within the rule that
//! declares it.

use std::collections::BTreeSet;
use std::ops::Range;

use regorus::unstable::{
    AssignOp, Expr, Literal, Module, Query, Ref, Rule, RuleBody, RuleHead, Span,
};

use super::rewrite::{Edit, Piece};
use crate::policy::walk::{self, Part};

/// What every such variable ends with from here on.
const MARK: &str = "__variable";

/// The name as its author wrote it, in what the engine says.
pub(in crate::policy) fn as_written(said: &str) -> String {
    said.replace(MARK, "")
}

/// A rule whose head takes a name from one of its bodies as a variable and from another as a rule.
#[derive(Debug)]
pub(super) struct Ambiguous {
    pub name: String,
    pub line: usize,
    pub column: usize,
}

/// The changes that tell variables from what `names` are.
pub(super) fn renames(module: &Module, names: &BTreeSet<String>) -> Result<Vec<Edit>, Ambiguous> {
    let mut renaming = Renaming { names, edits: Vec::new() };
    for rule in &module.policy {
        renaming.rule(rule)?;
    }
    Ok(renaming.edits)
}

struct Renaming<'a> {
    names: &'a BTreeSet<String>,
    edits: Vec<Edit>,
}

type Active = BTreeSet<String>;

impl Renaming<'_> {
    fn rule(&mut self, rule: &Rule) -> Result<(), Ambiguous> {
        let mut arguments = Active::new();
        if let Rule::Spec { head: RuleHead::Func { args, .. }, .. } = rule {
            args.iter().for_each(|argument| self.declared_by(argument, &mut arguments));
        }
        let bodies = walk::bodies(rule);
        let in_head = self.head_variables(rule, bodies)?;
        for expr in walk::head_expressions(rule) {
            self.expression(expr, &union(&arguments, &in_head));
        }
        for body in bodies {
            let active = union(&arguments, &self.declared_in(&body.query));
            if let Some(assign) = &body.assign {
                self.expression(&assign.value, &active);
            }
            self.query(&body.query, &active);
        }
        Ok(())
    }

    /// What the head's names mean, which are those of its bodies; of an `else` they are not.
    fn head_variables(&self, rule: &Rule, bodies: &[RuleBody]) -> Result<Active, Ambiguous> {
        let heads = bodies.iter().enumerate().filter(|(at, body)| *at == 0 || !body.is_else);
        let declared: Vec<Active> = heads.map(|(_, body)| self.declared_in(&body.query)).collect();
        let all: Active = declared.iter().flatten().cloned().collect();
        for name in &all {
            let mentioned = walk::head_expressions(rule).iter().any(|expr| mentions(expr, name));
            if mentioned && declared.iter().any(|body| !body.contains(name)) {
                let span = rule.span();
                let (line, column) = (span.line as usize, span.col as usize);
                return Err(Ambiguous { name: name.clone(), line, column });
            }
        }
        Ok(all)
    }

    fn query(&mut self, query: &Query, active: &Active) {
        for statement in &query.stmts {
            match &statement.literal {
                Literal::SomeVars { vars, .. } => {
                    vars.iter().for_each(|variable| self.name(variable, active));
                }
                Literal::Every { key, value, domain, query, .. } => {
                    self.expression(domain, active);
                    let own = key.iter().chain([value]).map(|span| span.text().to_owned());
                    let mut inner = union(active, &self.declared_in(query));
                    inner.extend(own.filter(|name| self.names.contains(name)));
                    key.iter().chain([value]).for_each(|span| self.name(span, &inner));
                    self.query(query, &inner);
                }
                literal => {
                    for expr in walk::expressions(literal) {
                        self.expression(expr, active);
                    }
                }
            }
            for with in &statement.with_mods {
                self.expression(&with.r#as, active);
            }
        }
    }

    fn expression(&mut self, expr: &Ref<Expr>, active: &Active) {
        if let Expr::Var { span, .. } = expr.as_ref() {
            return self.name(span, active);
        }
        for part in walk::parts(expr) {
            match part {
                Part::Expr(part) => self.expression(part, active),
                Part::Comprehension(terms, query) => {
                    let inner = union(active, &self.declared_in(query));
                    terms.into_iter().for_each(|term| self.expression(term, &inner));
                    self.query(query, &inner);
                }
            }
        }
    }

    fn name(&mut self, span: &Span, active: &Active) {
        if active.contains(span.text()) {
            let end = span.end as usize;
            let range: Range<usize> = end..end;
            self.edits.push(Edit { range, with: vec![Piece::New(MARK.to_owned())] });
        }
    }

    /// The variables of these names that the statements of a query declare themselves.
    fn declared_in(&self, query: &Query) -> Active {
        let mut declared = Active::new();
        for statement in &query.stmts {
            match &statement.literal {
                Literal::SomeVars { vars, .. } => {
                    let names = vars.iter().map(|span| span.text().to_owned());
                    declared.extend(names.filter(|name| self.names.contains(name)));
                }
                Literal::SomeIn { key, value, .. } => {
                    key.iter()
                        .chain([value])
                        .for_each(|expr| self.declared_by(expr, &mut declared));
                }
                Literal::Expr { expr, .. } => {
                    if let Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. } = expr.as_ref() {
                        self.declared_by(lhs, &mut declared);
                    }
                }
                Literal::NotExpr { .. } | Literal::Every { .. } => {}
            }
        }
        declared
    }

    fn declared_by(&self, pattern: &Expr, declared: &mut Active) {
        match pattern {
            Expr::Var { span, .. } if self.names.contains(span.text()) => {
                declared.insert(span.text().to_owned());
            }
            Expr::Array { items, .. } => {
                items.iter().for_each(|item| self.declared_by(item, declared));
            }
            Expr::Object { fields, .. } => {
                fields.iter().for_each(|(_, _, value)| self.declared_by(value, declared));
            }
            _ => {}
        }
    }
}

fn union(one: &Active, other: &Active) -> Active {
    one.union(other).cloned().collect()
}

fn mentions(expr: &Expr, name: &str) -> bool {
    match expr {
        Expr::Var { span, .. } => span.text() == name,
        expr => walk::parts(expr).iter().any(|part| match part {
            Part::Expr(part) => mentions(part, name),
            Part::Comprehension(terms, _) => terms.iter().any(|term| mentions(term, name)),
        }),
    }
}
