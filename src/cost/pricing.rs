//! A resource by its book.

use std::collections::BTreeSet;

use rust_decimal::Decimal;
use serde_json::Value;

use super::Terms;
use super::book::{Book, Component, Conditions, Quantity, Scalar, Times, Unit};
use super::plan::{Attribute, Part, Wanted};
use crate::domain::cost::{CostLine, HOURS_A_MONTH, Pricing};

/// Why the price is not known.
type Unknown = String;

/// What a resource costs.
pub(super) fn price(book: &Book, wanted: &Wanted, terms: &Terms) -> Pricing {
    let kind = book.kind(&wanted.kind);
    if book.is_free(kind) {
        return Pricing::Free;
    }
    let own: Vec<&Component> =
        book.components.iter().filter(|component| component.resource == kind).collect();
    if own.is_empty() {
        return Pricing::Unknown { why: format!("the price book has no rate for {}", wanted.kind) };
    }
    let mut names = BTreeSet::new();
    let mut lines = Vec::new();
    let pricing = Priced { book, wanted, kind, terms };
    for first in own.iter().filter(|component| names.insert(component.name.as_str())) {
        let same: Vec<&Component> =
            own.iter().filter(|component| component.name == first.name).copied().collect();
        match pricing.lines(&same) {
            Ok(found) => lines.extend(found),
            Err(why) => return Pricing::Unknown { why },
        }
    }
    Pricing::Priced { lines }
}

struct Priced<'a> {
    book: &'a Book,
    wanted: &'a Wanted,
    /// As the book calls it.
    kind: &'a str,
    terms: &'a Terms,
}

impl Priced<'_> {
    /// What the components of one name come to.
    fn lines(&self, components: &[&Component]) -> Result<Vec<CostLine>, Unknown> {
        let Some(first) = components.first() else { return Ok(Vec::new()) };
        let Some(block) = first.block.as_deref() else {
            let own = Part { block: None, values: &self.wanted.values };
            return Ok(self.line(components, own, false)?.into_iter().collect());
        };
        if self.wanted.is_unknown(block) {
            return Err(format!("`{block}` is not known before the apply"));
        }
        let blocks = match &self.wanted.values[block] {
            Value::Array(blocks) => blocks.as_slice(),
            Value::Null => &[],
            one => std::slice::from_ref(one),
        };
        let mut lines = Vec::new();
        for values in blocks {
            lines.extend(self.line(components, Part { block: Some(block), values }, false)?);
        }
        if let (true, Some(absent)) = (blocks.is_empty(), &first.absent) {
            let values = serde_json::to_value(absent).map_err(|error| error.to_string())?;
            let part = Part { block: Some(block), values: &values };
            lines.extend(self.line(components, part, true)?);
        }
        Ok(lines)
    }

    /// The first component whose conditions hold.
    fn line(
        &self,
        components: &[&Component],
        of: Part<'_>,
        assumed: bool,
    ) -> Result<Option<CostLine>, Unknown> {
        for component in components {
            if self.holds(&component.when, of)? {
                return self.of_component(component, of, assumed).map(Some);
            }
        }
        match components.iter().all(|component| component.optional) {
            true => Ok(None),
            false => Err(self.no_rate(components, of)),
        }
    }

    /// Which attributes nothing fits.
    fn no_rate(&self, components: &[&Component], of: Part<'_>) -> Unknown {
        let names: BTreeSet<&String> = components.iter().flat_map(|c| c.when.keys()).collect();
        let stand = |name: &&String| format!("{name} = {}", shown(&of.values[name.as_str()]));
        let stand: Vec<String> = names.iter().map(stand).collect();
        let name = components.first().map_or("", |component| component.name.as_str());
        format!("the price book has no rate for the {name} with {}", stand.join(", "))
    }

    fn of_component(
        &self,
        component: &Component,
        of: Part<'_>,
        assumed: bool,
    ) -> Result<CostLine, Unknown> {
        let (rate, unit) = self.rate(component, of)?;
        let (quantity, guessed) = match &component.quantity {
            Some(quantity) => self.quantity(quantity, of)?,
            None => (Decimal::ONE, false),
        };
        let mut listed = sane(rate.checked_mul(quantity))?;
        for times in &component.times {
            listed = sane(listed.checked_mul(self.factor(times, of)?))?;
        }
        if unit == Unit::Month {
            listed /= HOURS_A_MONTH;
        }
        let off = self.terms.discount(self.kind);
        let hourly = listed * (Decimal::ONE - off);
        Ok(CostLine {
            name: component.name.clone(),
            hourly,
            listed,
            assumed: assumed || guessed || component.assumed,
        })
    }

    fn rate(&self, component: &Component, of: Part<'_>) -> Result<(Decimal, Unit), Unknown> {
        if let (Some(rate), Some(unit)) = (component.rate, component.unit) {
            return Ok((rate.0, unit));
        }
        let (Some(name), Some(key)) = (&component.table, &component.key) else {
            return Err("its price book is not whole".to_owned());
        };
        let table = self.book.tables.get(name).ok_or("its price book is not whole")?;
        match self.wanted.attribute(of, key) {
            Attribute::Unknown => Err(format!("`{key}` is not known before the apply")),
            Attribute::Unset => Err(format!("`{key}` is not set")),
            Attribute::Known(value) => {
                let value = shown(value);
                let rate = table.rates.get(&value).copied();
                let rate = rate.ok_or_else(|| format!("the price book has no rate for {value}"))?;
                Ok((rate.0, table.unit))
            }
        }
    }

    /// How many, and whether that is assumed.
    fn quantity(&self, quantity: &Quantity, of: Part<'_>) -> Result<(Decimal, bool), Unknown> {
        let (all, assumed) = match (&quantity.attribute, &quantity.usage) {
            (Some(name), _) => match self.wanted.attribute(of, name) {
                Attribute::Known(value) => (number(name, value)?, false),
                Attribute::Unknown => {
                    return Err(format!("`{name}` is not known before the apply"));
                }
                Attribute::Unset => match (quantity.default, quantity.assume) {
                    (Some(default), _) => (default.0, false),
                    (None, Some(assumed)) => (assumed.0, true),
                    (None, None) => return Err(format!("`{name}` is not set")),
                },
            },
            (None, Some(usage)) => {
                let named = self.terms.usage.get(&format!("{}.{usage}", self.kind));
                let amount = named.copied().or(quantity.default.map(|default| default.0));
                (amount.ok_or_else(|| format!("nobody has said its usage `{usage}`"))?, true)
            }
            (None, None) => (Decimal::ONE, false),
        };
        let above = quantity.above.map_or(Decimal::ZERO, |above| above.0);
        let per = quantity.per.map_or(Decimal::ONE, |per| per.0);
        let counted = (all - above).max(Decimal::ZERO);
        Ok((sane(counted.checked_div(per))?, assumed))
    }

    fn factor(&self, times: &Times, of: Part<'_>) -> Result<Decimal, Unknown> {
        if !self.holds(&times.when, of)? {
            return Ok(Decimal::ONE);
        }
        let Some(name) = &times.attribute else {
            return Ok(times.factor.map_or(Decimal::ONE, |factor| factor.0));
        };
        let factor = match self.wanted.attribute(of, name) {
            Attribute::Known(value) => number(name, value)?,
            Attribute::Unset => times.default.ok_or_else(|| format!("`{name}` is not set"))?.0,
            Attribute::Unknown => return Err(format!("`{name}` is not known before the apply")),
        };
        Ok(factor + times.plus.map_or(Decimal::ZERO, |plus| plus.0))
    }

    fn holds(&self, conditions: &Conditions, of: Part<'_>) -> Result<bool, Unknown> {
        for (name, wanted) in conditions {
            let value = match self.wanted.attribute(of, name) {
                Attribute::Known(value) => value,
                Attribute::Unset => &Value::Null,
                Attribute::Unknown => {
                    return Err(format!("`{name}` is not known before the apply"));
                }
            };
            if !wanted.all().iter().any(|scalar| is(scalar, value)) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn is(scalar: &Scalar, value: &Value) -> bool {
    match (scalar, value) {
        (Scalar::Bool(wanted), Value::Bool(value)) => wanted == value,
        // A switch that nobody has touched is off.
        (Scalar::Bool(wanted), Value::Null) => !wanted,
        (Scalar::Integer(wanted), Value::Number(value)) => value.as_i64() == Some(*wanted),
        (Scalar::Text(wanted), Value::String(value)) => wanted == value,
        (Scalar::Text(wanted), Value::Null) => wanted.is_empty(),
        // Blocks that are not there.
        (Scalar::Text(wanted), Value::Array(blocks)) => wanted.is_empty() && blocks.is_empty(),
        _ => false,
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "nothing".to_owned(),
        other => other.to_string(),
    }
}

/// By its digits: it never was a float.
fn number(name: &str, value: &Value) -> Result<Decimal, Unknown> {
    let text = shown(value);
    let parsed = text.parse::<Decimal>().or_else(|_| Decimal::from_scientific(&text));
    let number = parsed.map_err(|_| format!("`{name}` is `{text}`, and no number"))?;
    if number.is_sign_negative() && !number.is_zero() {
        return Err(format!("`{name}` is `{text}`, and less than nothing"));
    }
    if number > MOST {
        return Err(format!("`{name}` is `{text}`, which is beyond all measure"));
    }
    Ok(number)
}

/// A quantity, or an amount an hour, above which something is wrong with the plan; sums of many of it, over years,
/// are far from what a decimal can hold.
const MOST: Decimal = Decimal::from_parts(1_000_000_000, 0, 0, false, 0);

fn sane(number: Option<Decimal>) -> Result<Decimal, Unknown> {
    let number = number.filter(|number| *number <= MOST);
    number.ok_or_else(|| "what it comes to is beyond all measure".to_owned())
}
