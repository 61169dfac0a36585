//! What a book may not say, beyond what its types refuse.

use super::BookError;
use super::book::{Book, Component};
use super::exact::line_of;

/// All that is wrong with it. `text`: what it was read from, for the lines.
pub(super) fn problems(book: &Book, text: &str) -> Vec<BookError> {
    let mut problems = Vec::new();
    let mut wrong = |line: Option<usize>, key: String, problem: String| {
        problems.push(BookError { line, ..BookError::new(&book.file, &key, problem) });
    };
    if book.date().is_none() {
        let problem = format!("`{}` is no date: write 2026-10-02", book.as_of);
        wrong(line_of(text, "as_of", 0), "as_of".into(), problem);
    }
    if book.currency.len() != 3 || !book.currency.bytes().all(|one| one.is_ascii_uppercase()) {
        let problem = format!("`{}` is no currency: write its code, such as USD", book.currency);
        wrong(line_of(text, "currency", 0), "currency".into(), problem);
    }
    for (name, table) in &book.tables {
        for (key, _) in table.rates.iter().filter(|(_, rate)| rate.is_sign_negative()) {
            let line = line_of(text, &format!("[tables.{name}"), 0);
            wrong(line, format!("tables.{name}.rates.{key}"), "a rate is not negative".into());
        }
    }
    for (n, component) in book.components.iter().enumerate() {
        if let Some(problem) = wrong_with(book, component) {
            let key = format!("component {} ({} {})", n + 1, component.resource, component.name);
            wrong(line_of(text, "[[component]]", n), key, problem);
        }
    }
    problems
}

fn wrong_with(book: &Book, component: &Component) -> Option<String> {
    let free = book.is_free(&component.resource);
    let both = || free.then(|| "its resource is among those that are `free`".to_owned());
    priced(book, component)
        .or_else(|| quantity(component))
        .or_else(|| times(component))
        .or_else(|| absent(component))
        .or_else(both)
}

fn priced(book: &Book, component: &Component) -> Option<String> {
    match (&component.rate, &component.table) {
        (Some(rate), None) if rate.is_sign_negative() => Some("a rate is not negative".to_owned()),
        (Some(_), None) if component.unit.is_none() => {
            Some("`rate` needs `unit`: \"hour\" or \"month\"".to_owned())
        }
        (Some(_), None) => None,
        (None, Some(table)) => match (book.tables.get(table), &component.key) {
            (None, _) => Some(format!("there is no table `{table}`")),
            (_, None) => {
                Some("`table` needs `key`: the attribute that it is looked up by".to_owned())
            }
            _ => None,
        },
        _ => Some("it needs either `rate` or `table`".to_owned()),
    }
}

fn quantity(component: &Component) -> Option<String> {
    let quantity = component.quantity.as_ref()?;
    if quantity.attribute.is_some() == quantity.usage.is_some() {
        return Some("`quantity` needs either `attribute` or `usage`".to_owned());
    }
    if quantity.per.is_some_and(|per| per.is_zero() || per.is_sign_negative()) {
        return Some("`per` is at least a part of one".to_owned());
    }
    if quantity.default.is_some() && quantity.assume.is_some() {
        return Some("`quantity` has either `default` or `assume`".to_owned());
    }
    let numbers = [quantity.default, quantity.assume, quantity.above];
    let negative = numbers.into_iter().flatten().any(|number| number.is_sign_negative());
    negative.then(|| "no number of `quantity` is negative".to_owned())
}

fn times(component: &Component) -> Option<String> {
    component.times.iter().find_map(|times| {
        if times.attribute.is_some() == times.factor.is_some() {
            return Some("`times` needs either `factor` or `attribute`".to_owned());
        }
        let numbers = [times.factor, times.default, times.plus];
        let negative = numbers.into_iter().flatten().any(|number| number.is_sign_negative());
        negative.then(|| "no number of `times` is negative".to_owned())
    })
}

fn absent(component: &Component) -> Option<String> {
    let (key, float) = component.absent.as_ref()?.iter().find(|(_, value)| value.is_float())?;
    Some(format!("`absent.{key}` is the float {float}: write it in quotes"))
}
