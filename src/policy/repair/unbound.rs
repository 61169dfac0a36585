//! Variables that nothing binds: OPA calls them unsafe when it compiles, and the engine when they are reached.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{AssignOp, Expr, Literal, Module, Ref, Rule, RuleHead, Span};

use super::refuse::Names;
use crate::policy::PolicyError;
use crate::policy::walk;

/// The variables of each rule that stand nowhere where they could be bound.
pub(super) fn problems(
    module: &Module,
    globals: &BTreeSet<String>,
    names: &Names<'_>,
) -> Vec<PolicyError> {
    let mut found = Vec::new();
    for rule in &module.policy {
        let mut variables = Variables { used: BTreeMap::new(), bound: BTreeSet::new() };
        variables.of_rule(rule, names);
        for (name, span) in variables.used {
            let known = matches!(name.as_str(), "input" | "data" | "_") || globals.contains(&name);
            if !known && !variables.bound.contains(&name) {
                let problem = PolicyError::file(
                    span.source.get_path(),
                    format!("`{name}` is bound by nothing"),
                );
                found.push(
                    problem
                        .at_span(&span)
                        .hint("give it a value in the rule's body, or correct its name"),
                );
            }
        }
    }
    found
}

struct Variables {
    /// Where each stands first.
    used: BTreeMap<String, Span>,
    bound: BTreeSet<String>,
}

impl Variables {
    fn of_rule(&mut self, rule: &Rule, names: &Names<'_>) {
        if let Rule::Spec { head: RuleHead::Func { args, .. }, .. } | Rule::Default { args, .. } =
            rule
        {
            args.iter().for_each(|argument| self.bind(argument));
        }
        walk::every_statement(rule, &mut |_, statement| match &statement.literal {
            Literal::SomeVars { vars, .. } => self.bind_all(vars),
            Literal::SomeIn { key, value, .. } => {
                key.iter().chain([value]).for_each(|pattern| self.bind(pattern));
            }
            Literal::Every { key, value, .. } => self.bind_all(key.iter().chain([value])),
            Literal::Expr { .. } | Literal::NotExpr { .. } => {}
        });
        walk::every_expression_of(rule, &mut |expr| match expr.as_ref() {
            Expr::Var { span, .. } => {
                self.used.entry(span.text().to_owned()).or_insert_with(|| span.clone());
            }
            Expr::AssignExpr { op, lhs, rhs, .. } => {
                self.bind(lhs);
                if *op == AssignOp::Eq {
                    self.bind(rhs);
                }
            }
            Expr::RefBrack { index, .. } => self.bind(index),
            Expr::Call { fcn, params, .. } => {
                if names.gives_out(fcn, params.len())
                    && let Some(last) = params.last()
                {
                    self.bind(last);
                }
            }
            _ => {}
        });
    }

    fn bind_all<'a>(&mut self, spans: impl IntoIterator<Item = &'a Span>) {
        self.bound.extend(spans.into_iter().map(|span| span.text().to_owned()));
    }

    fn bind(&mut self, pattern: &Ref<Expr>) {
        match pattern.as_ref() {
            Expr::Var { span, .. } => {
                self.bound.insert(span.text().to_owned());
            }
            Expr::Array { items, .. } => items.iter().for_each(|item| self.bind(item)),
            Expr::Object { fields, .. } => fields.iter().for_each(|(_, _, value)| self.bind(value)),
            _ => {}
        }
    }
}
