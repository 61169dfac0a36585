//! Usage that templates and teams say: what of it counts, and what nobody can price by. A slip in it stops nothing
//! and nobody, so somebody has to be told: in the log, by `mayfly doctor`, by `/infra policies`.

use serde_json::Value;

use crate::cost::Books;
use crate::domain::ports::Directory;
use crate::domain::usage::{Usage, amount};
use crate::template::{Catalog, Problem, Severity, Template};

/// The amounts of a team's record in the data of policy.
pub(super) fn of_team(team: &Value) -> Usage {
    let said = team["usage"].as_object().into_iter().flatten();
    said.filter_map(|(name, value)| Some((name.clone(), read(value).ok()?))).collect()
}

/// What is wrong with the usage of teams in the data of policy. The next who says an amount counts in its place.
pub fn problems_of_teams(data: &Value, books: &Books) -> Vec<String> {
    let mut problems = Vec::new();
    for (team, record) in data["teams"].as_object().into_iter().flatten() {
        let said = &record["usage"];
        let place = format!("data.teams.{team}.usage");
        let Some(amounts) = said.as_object() else {
            if !said.is_null() {
                problems.push(format!(
                    "{place} is no mapping: write `usage: {{ aws_s3_bucket.storage_gb: \"200\" }}`"
                ));
            }
            continue;
        };
        let unknown = books.unknown_usage(amounts.keys());
        problems.extend(unknown.iter().map(|unknown| format!("{place}: {unknown}")));
        for (name, value) in amounts {
            if let Err(why) = read(value) {
                problems.push(format!("{place}.{name} = {value}: {why}"));
            }
        }
    }
    problems
}

/// What of a template's usage no book knows, with the line.
pub fn problems_of_template(template: &Template, books: &Books) -> Vec<Problem> {
    let stated = &template.manifest.usage;
    let unknown = books.unknown_usage(stated.keys()).into_iter();
    let problem = unknown.map(|unknown| Problem {
        file: template.folder.join("template.yaml"),
        line: stated.get(&unknown.name).and_then(|one| one.line),
        column: None,
        severity: Severity::Warning,
        message: format!("`usage`: no price book knows `{}`", unknown.name),
        hint: format!("Take it out, or write one that is known; {}.", unknown.there_are()),
    });
    problem.collect()
}

/// For whoever reads the log.
pub(super) fn tell(catalog: &Catalog, directory: &dyn Directory, books: &Books) {
    for problem in catalog.list().flat_map(|template| problems_of_template(template, books)) {
        tracing::warn!("template: {problem}");
    }
    for problem in directory.problems() {
        tracing::warn!("{problem}");
    }
}

fn read(value: &Value) -> Result<rust_decimal::Decimal, &'static str> {
    let written = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) if number.is_f64() => {
            // What was read as a float is not what was written.
            return Err("a fraction is written in quotes, so that no digit of it is lost");
        }
        Value::Number(number) => number.to_string(),
        _ => return Err("it is no number: write it in quotes, such as \"200\""),
    };
    amount(&written).ok_or("it is no number from 0: write it in quotes, such as \"200\"")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_team_has_its_usage_by_its_digits() {
        let team = json!({ "usage": {
            "aws_s3_bucket.storage_gb": "0.1", "aws_nat_gateway.processed_gb": 30,
            "aws_lb.capacity_units": 0.5, "aws_lb.public_addresses": "-1",
        } });
        let expected =
            [("aws_nat_gateway.processed_gb", "30"), ("aws_s3_bucket.storage_gb", "0.1")];
        let expected = expected.map(|(name, digits)| (name.to_owned(), digits.to_owned()));
        let read = of_team(&team).into_iter().map(|(name, amount)| (name, amount.to_string()));
        assert_eq!(read.collect::<Vec<_>>(), expected);
        assert_eq!(of_team(&json!({ "quota": 3 })), Usage::new());
        assert_eq!(of_team(&Value::Null), Usage::new());
    }

    #[test]
    fn what_is_wrong_with_a_team_is_said_with_its_place_and_the_cure() {
        let books = Books::builtin().unwrap();
        let data = json!({ "teams": {
            "good": { "usage": { "aws_s3_bucket.storage_gb": "200" } },
            "list": { "usage": ["200"] },
            "many": { "usage": {
                "aws_s3_bucket.storage": "200",
                "aws_s3_bucket.storage_gb": 0.5,
                "aws_nat_gateway.processed_gb": "-1",
            } },
            "none": {},
        } });
        let problems = problems_of_teams(&data, &books);
        let begin = [
            "data.teams.list.usage is no mapping: write `usage: {",
            "data.teams.many.usage: no price book knows the usage `aws_s3_bucket.storage`; there are: aws_db_instance.",
            "data.teams.many.usage.aws_s3_bucket.storage_gb = 0.5: a fraction is written in quotes",
            "data.teams.many.usage.aws_nat_gateway.processed_gb = \"-1\": it is no number from 0",
        ];
        assert_eq!(problems.len(), begin.len(), "{problems:#?}");
        for (problem, begin) in problems.iter().zip(begin) {
            assert!(problem.starts_with(begin), "{problem}");
        }
        assert_eq!(problems_of_teams(&json!({}), &books), Vec::<String>::new());
    }
}
