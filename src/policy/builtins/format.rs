//! `sprintf`, as Go's `fmt` does it: what does not fit is written into the text and never undefined.

use anyhow::{Result, bail};
use regorus::Value;

use super::verbs::{Argument, Flags, bad_verb, plain, rendered};
use super::{argument, kind, string};

pub(super) fn sprintf(arguments: &[Value]) -> Result<Value> {
    let format = string(arguments, 1)?;
    let values = match argument(arguments, 2)? {
        Value::Array(array) => array.iter().map(Argument::of).collect::<Vec<Argument>>(),
        other => bail!("argument 2 has to be an array and is {}", kind(other)),
    };
    let mut printer =
        Printer { values: &values, at: 0, reordered: false, good: true, out: String::new() };
    printer.print(format);
    Ok(Value::from(printer.out))
}

struct Printer<'a> {
    values: &'a [Argument],
    /// The argument that is next.
    at: usize,
    /// Whether any verb named its argument: then those that are left are no mistake.
    reordered: bool,
    /// Whether the index that was named last is one.
    good: bool,
    out: String,
}

/// A width that comes as an argument is none if it is more. One that is written out may have one digit more;
/// what is longer swallows the rest of the text. Source: Go's `fmt`, `tooLarge` and `parsenum`.
const WIDEST: usize = 1_000_000;

impl Printer<'_> {
    fn print(&mut self, format: &str) {
        let mut rest = format;
        while let Some(at) = rest.find('%') {
            self.out.push_str(&rest[..at]);
            rest = self.verb(&rest[at + 1..]);
        }
        self.out.push_str(rest);
        if !self.reordered && self.at < self.values.len() {
            let extra = self.values[self.at..].iter();
            let extra: Vec<String> =
                extra.map(|value| format!("{}={}", value.type_name(), plain(value))).collect();
            self.out.push_str(&format!("%!(EXTRA {})", extra.join(", ")));
        }
    }

    /// One verb behind its `%`; what is left behind it.
    fn verb<'f>(&mut self, format: &'f str) -> &'f str {
        self.good = true;
        let (mut flags, mut rest) = Flags::read(format);
        let mut indexed;
        (rest, indexed) = self.index(rest);
        if let Some(behind) = rest.strip_prefix('*') {
            rest = behind;
            match self.number() {
                Some(width) => flags.set_width(width),
                None => self.out.push_str("%!(BADWIDTH)"),
            }
            indexed = false;
        } else {
            let (width, behind) = digits(rest);
            match width {
                Some(_) if indexed => self.good = false,
                width => flags.width = width,
            }
            rest = behind;
        }
        // One that ends the text is a verb, and a bad one.
        if let Some(behind) = rest.strip_prefix('.').filter(|behind| !behind.is_empty()) {
            if indexed {
                self.good = false;
            }
            (rest, indexed) = self.index(behind);
            if let Some(behind) = rest.strip_prefix('*') {
                rest = behind;
                match self.number() {
                    Some(precision) if precision >= 0 => {
                        flags.precision = usize::try_from(precision).ok()
                    }
                    Some(_) => {}
                    None => self.out.push_str("%!(BADPREC)"),
                }
                indexed = false;
            } else {
                let (precision, behind) = digits(rest);
                flags.precision = Some(precision.unwrap_or(0));
                rest = behind;
            }
        }
        if !indexed {
            (rest, _) = self.index(rest);
        }
        let Some(verb) = rest.chars().next() else {
            self.out.push_str("%!(NOVERB)");
            return rest;
        };
        self.value(verb, &flags);
        &rest[verb.len_utf8()..]
    }

    fn value(&mut self, verb: char, flags: &Flags) {
        if verb == '%' {
            return self.out.push('%');
        }
        if !self.good {
            return self.out.push_str(&format!("%!{verb}(BADINDEX)"));
        }
        let Some(value) = self.values.get(self.at) else {
            return self.out.push_str(&format!("%!{verb}(MISSING)"));
        };
        self.at += 1;
        let text = rendered(value, verb, flags).unwrap_or_else(|| bad_verb(value, verb, flags));
        self.out.push_str(&text);
    }

    /// `[2]` before a width, a precision or a verb: which argument is meant, and whether one was named.
    fn index<'f>(&mut self, format: &'f str) -> (&'f str, bool) {
        let Some(inside) = format.strip_prefix('[') else {
            return (format, false);
        };
        self.reordered = true;
        let Some((number, behind)) = inside.split_once(']') else {
            self.good = false;
            return (inside, false);
        };
        match number.parse::<usize>() {
            Ok(number) if (1..=self.values.len()).contains(&number) => {
                self.at = number - 1;
                (behind, true)
            }
            _ => {
                self.good = false;
                (behind, false)
            }
        }
    }

    /// What `*` stands for.
    fn number(&mut self) -> Option<i64> {
        let value = self.values.get(self.at)?;
        self.at += 1;
        match value {
            Argument::Integer(number) => {
                Some(*number).filter(|number| number.unsigned_abs() <= WIDEST as u64)
            }
            _ => None,
        }
    }
}

/// The number at the beginning, and what is behind it.
fn digits(format: &str) -> (Option<usize>, &str) {
    let end = format.find(|one: char| !one.is_ascii_digit()).unwrap_or(format.len());
    let (number, behind) = format.split_at(end);
    match number.is_empty() {
        true => (None, behind),
        false => match number.parse::<usize>() {
            Ok(number) if number / 10 <= WIDEST => (Some(number), behind),
            _ => (None, ""),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(format: &str, values: &str) -> String {
        let values = Value::from_json_str(values).unwrap();
        let text = sprintf(&[Value::from(format), values]).unwrap();
        text.as_string().unwrap().to_string()
    }

    /// Format, arguments, and what OPA 1.22.2 makes of them.
    const SAID_BY_OPA: &str = include_str!("format_opa.jsonl");

    #[test]
    fn every_text_is_what_opa_makes_of_it() {
        let mut wrong = Vec::new();
        for line in SAID_BY_OPA.lines() {
            let (format, values, said): (String, serde_json::Value, String) =
                serde_json::from_str(line).unwrap();
            let ours = printed(&format, &values.to_string());
            if ours != said {
                wrong.push(format!("{format:?} of {values}: {ours:?}, and OPA says {said:?}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(SAID_BY_OPA.lines().count() > 100);
    }

    #[test]
    fn a_set_is_written_in_braces() {
        let set = Value::from(
            ["b", "a"].map(Value::from).into_iter().collect::<std::collections::BTreeSet<_>>(),
        );
        let text =
            sprintf(&[Value::from("%v %v"), Value::from(vec![set, Value::new_set()])]).unwrap();
        assert_eq!(text, Value::from(r#"{"a", "b"} set()"#));
    }
}
