//! The evaluation itself. It runs in a child: a rule may take all memory, all time, or the process.

use anyhow::{Result, anyhow};
use regorus::{Engine, Value};

use super::answer::{Answer, Ask, Failure, Question, RuleAnswer, Said, Weight};
use super::builtins::Strictness;
use super::bundle::Loadable;
use super::error::EngineError;
use super::rules::{RuleKind, RuleRef, path};
use super::{engine, query, suite};

/// Engines that have loaded a bundle. Each question gets a copy of its own, which knows nothing of others.
pub(super) struct Evaluator {
    bundle: Loadable,
    strict: Option<Engine>,
    lenient: Option<Engine>,
}

impl Evaluator {
    pub fn of(bundle: Loadable) -> Evaluator {
        Evaluator { bundle, strict: None, lenient: None }
    }

    /// Answers what is asked.
    pub fn answer(&mut self, question: &Question<Value>) -> Answer {
        let answer = match &question.ask {
            Ask::Rules(rules) => self.rules(question, rules).map(Answer::Rules),
            Ask::Query(query) => self
                .engine(question, Strictness::Lenient)
                .and_then(|mut engine| query::results(&mut engine, query))
                .map(Answer::Query),
            Ask::Tests(wanted) => self
                .engine(question, Strictness::Lenient)
                .and_then(|engine| suite::run(engine, wanted))
                .map(Answer::Tests),
        };
        answer.unwrap_or_else(|error| Answer::Failed(failure(&error, Weight::Fatal)))
    }

    fn engine(&mut self, question: &Question<Value>, strictness: Strictness) -> Result<Engine> {
        let kept = match strictness {
            Strictness::Strict => &mut self.strict,
            Strictness::Lenient => &mut self.lenient,
        };
        let mut engine = match kept {
            Some(engine) => engine.clone(),
            None => {
                let mut engine = engine::build(&self.bundle, strictness)?;
                // What is prepared once is prepared in the copies.
                engine.eval_query("true".to_owned(), false)?;
                kept.insert(engine).clone()
            }
        };
        engine.set_input(question.input.clone());
        Ok(engine)
    }

    fn rules(&mut self, question: &Question<Value>, rules: &[RuleRef]) -> Result<Vec<RuleAnswer>> {
        let strict = self.engine(question, Strictness::Strict)?;
        let mut evaluation = Evaluation { evaluator: self, question, strict, lenient: None };
        if let Ok(all) = evaluation.all(rules) {
            return Ok(all);
        }
        let asked = rules.iter().enumerate();
        asked.map(|(at, rule)| evaluation.rule(at, rule)).collect()
    }
}

/// An error of the engine as it is told.
pub(super) fn failure(error: &anyhow::Error, weight: Weight) -> Failure {
    let EngineError { file, line, column, what } = EngineError::of(error);
    Failure { what, file, line, column, weight }
}

/// One question for rules.
struct Evaluation<'a> {
    evaluator: &'a mut Evaluator,
    question: &'a Question<Value>,
    strict: Engine,
    lenient: Option<Engine>,
}

impl Evaluation<'_> {
    /// All rules in one query, which computes once what several of them use.
    ///
    /// # Errors
    /// The first of any rule; what the others say is not known then.
    fn all(&mut self, rules: &[RuleRef]) -> Result<Vec<RuleAnswer>> {
        let lists = rules.iter().map(|rule| format!("[value | value := {}]", path(&rule.path())));
        let query = format!("[{}]", lists.collect::<Vec<String>>().join(", "));
        let values = query::value(&mut self.strict, query)?;
        let values = values.as_array()?;
        let mut answers = Vec::new();
        for (at, (rule, value)) in rules.iter().zip(values.iter()).enumerate() {
            let whole = value.as_array()?.iter().next().cloned().unwrap_or(Value::Undefined);
            let said = attributed(&mut self.strict, rule, &whole)?;
            answers.push(answered(at, rule, said, Vec::new()));
        }
        Ok(answers)
    }

    fn rule(&mut self, at: usize, rule: &RuleRef) -> Result<RuleAnswer> {
        let error = match values(&mut self.strict, rule) {
            Ok(said) => return Ok(answered(at, rule, said, Vec::new())),
            Err(error) => error,
        };
        if self.lenient.is_none() {
            self.lenient = Some(self.evaluator.engine(self.question, Strictness::Lenient)?);
        }
        let lenient = self.lenient.as_mut().ok_or_else(|| anyhow!("there is no engine"))?;
        Ok(match values(lenient, rule) {
            Ok(said) => answered(at, rule, said, vec![failure(&error, Weight::Undefined)]),
            Err(_) => answered(at, rule, Vec::new(), vec![failure(&error, Weight::Fatal)]),
        })
    }
}

fn answered(at: usize, rule: &RuleRef, said: Vec<Said>, failures: Vec<Failure>) -> RuleAnswer {
    match rule.kind {
        RuleKind::Exception => {
            RuleAnswer { rule: at, excepts: excepted(&said), said: Vec::new(), failures }
        }
        _ => RuleAnswer { rule: at, excepts: Vec::new(), said, failures },
    }
}

/// The values of a rule, each with the definition that has it.
fn values(engine: &mut Engine, rule: &RuleRef) -> Result<Vec<Said>> {
    let path = path(&rule.path());
    let whole = match engine.eval_rule(path.clone()) {
        // `deny.x` is a rule and `deny` none: it is what stands there.
        Err(error) if error.to_string().contains("not a valid rule path") => {
            query::value(engine, path)?
        }
        whole => whole?,
    };
    attributed(engine, rule, &whole)
}

fn attributed(engine: &mut Engine, rule: &RuleRef, whole: &Value) -> Result<Vec<Said>> {
    let values = values_of(whole)?;
    if values.is_empty() || rule.definitions.len() < 2 {
        return Ok(values.into_iter().map(|value| Said { definition: 0, value }).collect());
    }
    let mut each = Vec::new();
    for definition in &rule.definitions {
        each.push(by_definition(engine, &rule.path(), definition.module, definition.rule)?);
    }
    let said = values.into_iter().map(|value| {
        let definition = each.iter().position(|values| values.contains(&value)).unwrap_or(0);
        Said { definition, value }
    });
    Ok(said.collect())
}

/// What a rule would say if this were its only definition.
fn by_definition(
    engine: &mut Engine,
    names: &[String],
    module: usize,
    rule: usize,
) -> Result<Vec<serde_json::Value>> {
    let gone = || anyhow!("the bundle has no such rule");
    let module = engine.get_modules().get(module).cloned().ok_or_else(gone)?;
    let rule = module.policy.get(rule).cloned().ok_or_else(gone)?;
    let data = engine.eval_rule_in_module(&module, &rule, false)?;
    let mut value = &data;
    for name in names {
        value = match value {
            Value::Object(object) => match object.get(&Value::from(name.as_str())) {
                Some(value) => value,
                None => return Ok(Vec::new()),
            },
            _ => return Ok(Vec::new()),
        };
    }
    values_of(value)
}

/// What a rule says: the elements of a set or an array. Nothing is what is undefined, false or empty; anything
/// else is a message too, so that no rule fires unheard.
fn values_of(value: &Value) -> Result<Vec<serde_json::Value>> {
    match value {
        Value::Undefined | Value::Null | Value::Bool(false) => Ok(Vec::new()),
        Value::Set(set) => set.iter().map(engine::json).collect(),
        Value::Array(array) => array.iter().map(engine::json).collect(),
        Value::Object(object) if object.is_empty() => Ok(Vec::new()),
        other => Ok(vec![engine::json(other)?]),
    }
}

/// `exception contains rules`: each value is a list of names.
pub(super) fn excepted(said: &[Said]) -> Vec<(String, usize)> {
    let names = said.iter().flat_map(|said| {
        let lists = said.value.as_array().into_iter().flatten();
        lists.filter_map(|name| Some((name.as_str()?.to_owned(), said.definition)))
    });
    names.collect()
}
